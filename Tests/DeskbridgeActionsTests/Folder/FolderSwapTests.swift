import DeskbridgeCore
import DeskbridgeTestSupport
import Foundation
import Testing

@testable import DeskbridgeActions

/// A program beside the bridge swaps a folder on the way for a link that leads outside, and back, as fast as it can.
struct FolderSwapTests {
    /// How often a folder is made while that goes on, in all. `scripts/race` asks for more.
    private static let tries = ProcessInfo.processInfo.environment["DESKBRIDGE_RACE_TRIES"].flatMap { Int($0) } ?? 2000
    /// In a folder of its own each, since what is there already is only looked at.
    private static let triesInRound = 500
    private static let places = ["client", "client/p", "client/p/a"]
    /// renameat2(2) with RENAME_EXCHANGE. It waits now and then, for otherwise every try would end by finding too much motion.
    private static let program = """
        import ctypes, random, signal, sys, time
        libc = ctypes.CDLL(None)
        swaps, stop = 0, False
        def end(*_):
            global stop
            stop = True
        signal.signal(signal.SIGTERM, end)
        one, other = (argument.encode() for argument in sys.argv[1:])
        print("ready", flush=True)
        while not stop:
            for _ in range(random.randrange(8)):
                swaps += libc.renameat2(-100, one, -100, other, 2) == 0
            time.sleep(random.random() / 4000)
        print(swaps, flush=True)
        """

    @Test(.timeLimit(.minutes(30)), arguments: places)
    func nothingIsEverMadeOutsideOfTheRoot(_ place: String) async throws {
        var counts: [String: Int] = [:]
        var left = (Self.tries + Self.places.count - 1) / Self.places.count
        while left > 0 {
            let round = min(left, Self.triesInRound)
            counts.merge(try await tally(place, tries: round)) { $0 + $1 }
            left -= round
        }
        print("race at \(place): \(counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", "))")
        #expect(counts["made", default: 0] > 0)
        #expect(counts["symlink_in_the_way", default: 0] > 0)
        #expect(Set(counts.keys).isSubset(of: ["swaps", "made", "symlink_in_the_way", "folder_changing?"]))
    }

    private func tally(_ place: String, tries: Int) async throws -> [String: Int] {
        let fixture = try FolderFixture(in: "/dev/shm")
        // Outside it looks the same from the swapped place on, so that nothing there would be in the way.
        let outside = ["a/", "p/", "p/a/"]
        for folder in outside { try fixture.add(folder: "outside/\(folder)") }
        try fixture.add(folder: "Projects/client/p/a")
        try fixture.add(link: "link", to: "\(fixture.home)/outside")
        let swapper = try ChildProcess(
            ["/usr/bin/python3", "-I", "-c", Self.program, "\(fixture.root)/\(place)", "\(fixture.home)/link"], environment: [:])
        #expect(await swapper.output.first() == "ready")

        let counts = try await withThrowingTaskGroup(of: [String: Int].self) { group in
            for worker in 0..<4 {
                group.addTask {
                    var counts: [String: Int] = [:]
                    for number in stride(from: worker, to: tries, by: 4) {
                        let tree = "[\"a/b\(number)/c\", {\"a/f\(number)\": x}]"
                        let plan = try fixture.plan("{root: ~/Projects, name: client/p, tree: \(tree), ifExists: reuse}")
                        counts[await fixture.perform(plan).code ?? "made", default: 0] += 1
                    }
                    return counts
                }
            }
            return try await group.reduce(into: [:]) { $0.merge($1) { $0 + $1 } }
        }
        swapper.signal(SIGTERM)
        let swaps = try await swapper.result().output.split(separator: "\n").last.flatMap { Int($0) } ?? 0
        #expect(swaps > tries / 10)
        #expect(try fixture.listing("outside") == outside)
        #expect(try fixture.openDescriptors() == 0)
        return counts.merging(["swaps": swaps]) { $0 + $1 }
    }
}
