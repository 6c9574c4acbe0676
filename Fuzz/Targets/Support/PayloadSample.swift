@testable import DeskbridgeCore

/// A payload that an action might take, decided by bytes.
struct PayloadSample {
    private static let texts = [
        "a", "Project_001", "", "../x", "-rf", "{name}", "{{x}}", "Ä é\u{301}", "con", "a/b", "a b ", "\u{202E}x", "\n",
        "0190b0a4-5e1f-7c3a-9d2e-3f4a5b6c7d8e", "2026-11-21", "https://example.org/", "/org/example", "$(id)", "\0",
    ]
    private var choices: Choices

    init(_ bytes: ArraySlice<UInt8>) { choices = Choices(bytes) }

    func payload(_ parameters: ParameterSet) -> JSONValue {
        var sample = self
        return sample.object(parameters)
    }

    private mutating func object(_ parameters: ParameterSet) -> JSONValue {
        var members = JSONObject()
        for (name, parameter) in parameters.parameters where !(parameter.isOptional && choices.flag()) { members[name] = value(parameter) }
        return .object(members)
    }

    private mutating func value(_ parameter: Parameter) -> JSONValue {
        if let choice = choices.element(of: parameter.choices) { return choice }
        switch parameter.rules {
        case .string(let rules):
            if let pattern = rules.pattern {
                var parser = ParameterPatternParser(pattern.source)
                if let node = try? parser.pattern(), let text = PatternSample.text(node, &choices) { return .string(text) }
            }
            if choices.flag() { return .string(Self.texts[choices.below(Self.texts.count)]) }
            return .string(String(decoding: choices.take(choices.below(40)), as: UTF8.self))
        case .integer(let rules):
            let lowest = rules.minimum?.int64Value ?? 0
            return .integer(lowest &+ Int64(choices.below(5)))
        case .number(let rules): return .integer((rules.minimum?.int64Value ?? 0) &+ Int64(choices.below(5)))
        case .boolean: return .bool(choices.flag())
        case .array(let rules):
            let count = min(rules.counts.lowerBound, 8) + choices.below(3)
            var elements: [JSONValue] = []
            for _ in 0..<count { elements.append(value(rules.items)) }
            return .array(elements)
        case .object(let members): return object(members)
        }
    }
}
