@testable import DeskbridgeCore

/// A text that a pattern has to match, one for each way of choosing.
enum PatternSample {
    private static let candidates = Array("aZ0_- .é日\u{301}ǅ٣🎬\n\u{2028}".unicodeScalars)

    /// Nil if a place of the pattern takes none of the characters tried.
    static func text(_ node: ParameterPatternNode, _ choices: inout Choices) -> String? {
        var scalars = String.UnicodeScalarView()
        return append(node, to: &scalars, &choices) ? String(scalars) : nil
    }

    private static func append(_ node: ParameterPatternNode, to text: inout String.UnicodeScalarView, _ choices: inout Choices) -> Bool {
        switch node {
        case .take(let kind):
            guard let scalar = scalar(kind, &choices) else { return false }
            text.append(scalar)
            return true
        case .sequence(let parts): return parts.allSatisfy { append($0, to: &text, &choices) }
        case .choice(let branches): return choices.element(of: branches).map { append($0, to: &text, &choices) } ?? true
        case .loop(let body, let counts):
            let count = counts.lowerBound + choices.below(min(4, counts.count))
            return (0..<count).allSatisfy { _ in text.count < 2000 && append(body, to: &text, &choices) }
        case .endlessLoop(let body, let from):
            return (0..<from + choices.below(4)).allSatisfy { _ in text.count < 2000 && append(body, to: &text, &choices) }
        }
    }

    private static func scalar(_ kind: ParameterPatternClass, _ choices: inout Choices) -> Unicode.Scalar? {
        let candidates = candidates + kind.ranges.flatMap { [$0.lowerBound, $0.upperBound].compactMap(Unicode.Scalar.init) }
        return choices.element(of: candidates.filter(kind.contains))
    }
}
