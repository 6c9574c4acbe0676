package import OrderedCollections

/// The parameters of an action, or the properties of an object parameter, in the order they are declared.
package struct ParameterSet: Sendable, Hashable {
    package let parameters: OrderedDictionary<String, Parameter>

    /// The JSON Schema of what stands under `parameters:`, for those who write actions.
    package static let declarationSchema = ParameterReader.schema

    package static let reservedNames = ["date", "event", "steps"]

    /// Reads the mapping under `parameters:`; none means that the action takes no parameters.
    ///
    /// - Throws: ``DefinitionErrors`` with all mistakes: unknown types and keywords, rules that contradict each other, defaults that
    ///   break their own rules, and names that templates could not say.
    package init(parsing node: YAMLNode?) throws(DefinitionErrors) {
        guard let node else {
            parameters = [:]
            return
        }
        var reader = ParameterReader()
        let set = reader.set(node, "parameters", isNested: false)
        guard let set, reader.errors.isEmpty else { throw reader.errors }
        self = set
    }

    init(_ parameters: OrderedDictionary<String, Parameter>) { self.parameters = parameters }

    package var isEmpty: Bool { parameters.isEmpty }

    /// The fields as templates see them.
    package var scope: [String: FieldDeclaration] {
        Dictionary(uniqueKeysWithValues: parameters.map { ($0.key, $0.value.declaration) })
    }

    /// The parameters that are secret or hold something secret.
    package var secretNames: Set<String> { Set(parameters.filter(\.value.holdsSecret).keys) }

    /// The payload with each secret replaced by `<secret>`, whether the payload is valid or not.
    package func redacted(_ payload: JSONValue) -> JSONValue {
        guard case .object(var members) = payload else {
            return secretNames.isEmpty ? payload : .string(RenderedText.hidden)
        }
        for (name, value) in members {
            if let parameter = parameters[name] { members[name] = parameter.redacted(value) }
        }
        return .object(members)
    }
}
