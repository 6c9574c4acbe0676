import DeskbridgeCore

/// The same payload with other secrets, as long and as wide as before.
enum SecretSwap {
    static func payload(_ payload: JSONValue, _ parameters: ParameterSet) -> JSONValue {
        guard case .object(var members) = payload else { return payload }
        for (name, value) in members {
            if let parameter = parameters.parameters[name] { members[name] = self.value(value, parameter) }
        }
        return .object(members)
    }

    private static func value(_ value: JSONValue, _ parameter: Parameter) -> JSONValue {
        switch (value, parameter.rules) {
        case (.string(let text), _) where parameter.isSecret: .string(turned(text))
        case (.array(let elements), .array(let rules)):
            .array(elements.map { parameter.isSecret ? turned($0) : self.value($0, rules.items) })
        case (.object, .object(let set)): parameter.isSecret ? turned(value) : payload(value, set)
        default: value
        }
    }

    private static func turned(_ value: JSONValue) -> JSONValue {
        switch value {
        case .string(let text): .string(turned(text))
        case .array(let elements): .array(elements.map(turned))
        case .object(let members): .object(members.mapValues(turned))
        case .null, .bool, .integer, .decimal: value
        }
    }

    private static func turned(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "z": result.append("a")
            case "Z": result.append("A")
            case "9": result.append("0")
            case "a"..."y", "A"..."Y", "0"..."8": result.append(Unicode.Scalar(scalar.value + 1) ?? scalar)
            default: result.append(scalar)
            }
        }
        return String(result)
    }
}
