@testable import DeskbridgeCore

/// A pattern in the first line, and texts in the others: what matches is what the pattern's parts say one by one.
enum PatternFuzzing {
    private static let mostSteps = 300_000

    static func take(_ bytes: [UInt8]) {
        let (source, rest) = bytes.lines
        let pattern: ParameterPattern
        let node: ParameterPatternNode
        do throws(ParameterPattern.SyntaxError) {
            pattern = try ParameterPattern(source)
            var parser = ParameterPatternParser(source)
            node = try parser.pattern()
        } catch {
            promise((0...source.unicodeScalars.count).contains(error.offset), "no such place: \(error)")
            promise(!error.message.isEmpty, "refused without a reason")
            return
        }
        promise(pattern.size <= ParameterPattern.largestProgram, "\(pattern.size) instructions of \(source)")
        guard let again = try? ParameterPattern(pattern.source) else { return promise(false, "cannot be read again: \(pattern.source)") }
        var choices = Choices(rest)
        let sample = PatternSample.text(node, &choices)
        promise(sample.map { pattern.matches($0) } ?? true, "\(source) does not match \(sample ?? "")")
        for line in rest.split(separator: 0x0A, maxSplits: 4) + [[]] {
            let text = String(decoding: line, as: UTF8.self)
            guard pattern.size * text.unicodeScalars.count <= mostSteps else { continue }
            promise(again.matches(text) == pattern.matches(text), "\(source) is not \(pattern.source)")
            let scalars = Array(text.unicodeScalars)
            guard scalars.count <= 40, pattern.size <= 400 else { continue }
            promise(
                pattern.matches(text) == node.ends(of: scalars, from: [0]).contains(scalars.count), "\(source) is wrong about \(text)")
        }
    }
}

extension ParameterPatternNode {
    /// Where matches that begin at these places can end, found part by part.
    fileprivate func ends(of text: [Unicode.Scalar], from starts: Set<Int>) -> Set<Int> {
        guard !starts.isEmpty else { return [] }
        switch self {
        case .take(let kind): return Set(starts.filter { $0 < text.count && kind.contains(text[$0]) }.map { $0 + 1 })
        case .sequence(let parts): return parts.reduce(starts) { $1.ends(of: text, from: $0) }
        case .choice(let branches): return branches.reduce(into: []) { $0.formUnion($1.ends(of: text, from: starts)) }
        case .loop(let body, let counts):
            var (places, ends) = (starts, counts.lowerBound == 0 ? starts : [])
            for round in 0..<counts.upperBound {
                places = body.ends(of: text, from: places)
                if round + 1 >= counts.lowerBound { ends.formUnion(places) }
            }
            return ends
        case .endlessLoop(let body, let from):
            var places = starts
            for _ in 0..<from { places = body.ends(of: text, from: places) }
            var ends = places
            while !places.isEmpty {
                places = body.ends(of: text, from: places).subtracting(ends)
                ends.formUnion(places)
            }
            return ends
        }
    }
}
