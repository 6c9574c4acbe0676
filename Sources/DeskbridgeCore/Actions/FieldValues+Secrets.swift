extension FieldValues {
    /// The payload with the values of secret parameters hidden.
    package var shownPayload: JSONValue {
        guard case .object(var members) = payload else { return payload }
        for name in secretNames where members[name] != nil { members[name] = .string(RenderedText.hidden) }
        return .object(members)
    }

    /// The texts of all secret values and of the values in them, to find them in what a step puts out.
    package var secretTexts: Set<String> {
        var texts: Set<String> = []
        for name in secretNames {
            if case .value(let value, _) = lookup([name]) { Self.collectTexts(of: value, into: &texts) }
            if let value = payload[name] { Self.collectTexts(of: value, into: &texts) }
        }
        return texts
    }

    private static func collectTexts(of value: JSONValue, into texts: inout Set<String>) {
        switch value {
        case .null, .bool: break
        case .integer, .decimal: texts.insert(value.text)
        case .string(let text): texts.insert(text)
        case .array(let elements):
            for element in elements { collectTexts(of: element, into: &texts) }
        case .object(let members):
            for value in members.values { collectTexts(of: value, into: &texts) }
        }
    }
}
