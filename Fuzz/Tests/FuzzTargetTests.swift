import DeskbridgeTestSupport
import Foundation
import Testing

/// The seeds of the fuzz targets and inputs made from them, the same ones in each run. `scripts/fuzz` goes on from there.
@Suite(.timeLimit(.minutes(5)))
struct FuzzTargetTests {
    private static let mutations = 1000
    private static let seeds = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().appending(
        path: "Seeds")

    private static func inputs(_ target: FuzzTarget) throws -> [[UInt8]] {
        let folder = seeds.appending(path: target.rawValue)
        return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .sorted { $0.path < $1.path }.map { Array(try Data(contentsOf: $0)) }
    }

    @Test(arguments: FuzzTarget.allCases)
    func noInputBreaksAPromise(_ target: FuzzTarget) throws {
        let inputs = try Self.inputs(target)
        #expect(inputs.count >= 5)
        var random = SeededGenerator(seed: 7)
        for input in inputs { target.take(input) }
        for number in 0..<Self.mutations { target.take(Self.mutated(inputs[number % inputs.count], others: inputs, &random)) }
    }

    private static func mutated(_ input: [UInt8], others: [[UInt8]], _ random: inout SeededGenerator) -> [UInt8] {
        var input = input
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            let place = Int.random(in: 0...input.count, using: &random)
            switch Int.random(in: 0..<6, using: &random) {
            case 0: input.insert(UInt8.random(in: 0...255, using: &random), at: place)
            case 1 where place < input.count: input.remove(at: place)
            case 2 where place < input.count: input[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 3: input.removeSubrange(place..<min(input.count, place + Int.random(in: 0...16, using: &random)))
            case 4:
                let piece = input[place..<min(input.count, place + Int.random(in: 0...16, using: &random))]
                input.insert(contentsOf: Array(piece), at: Int.random(in: 0...input.count, using: &random))
            default:
                let other = others.randomElement(using: &random) ?? []
                let start = Int.random(in: 0...other.count, using: &random)
                input.replaceSubrange(place..., with: other[start...])
            }
        }
        return input
    }
}
