/// What is known of a field when an action is loaded.
package indirect enum FieldType: Sendable, Hashable {
    case string, integer, number, boolean
    case array(of: FieldType)
    /// - Parameter members: the declared members; `optional` ones may be absent.
    case object(members: [String: FieldDeclaration])
    /// A moment: `{date}` and its formats.
    case timestamp
    /// Known only once it is there, such as the parsed output of a process.
    case any

    package var name: String {
        switch self {
        case .string: "string"
        case .integer: "integer"
        case .number: "number"
        case .boolean: "boolean"
        case .array: "array"
        case .object: "object"
        case .timestamp: "date"
        case .any: "value"
        }
    }
}

/// A field as an action declares it.
package struct FieldDeclaration: Sendable, Hashable {
    package let type: FieldType
    /// Whether it may be absent: a template then has to say what stands in for it.
    package let isOptional: Bool
    /// Whether its values must never be shown.
    package let isSecret: Bool

    package init(_ type: FieldType, isOptional: Bool = false, isSecret: Bool = false) {
        self.type = type
        self.isOptional = isOptional
        self.isSecret = isSecret
    }
}
