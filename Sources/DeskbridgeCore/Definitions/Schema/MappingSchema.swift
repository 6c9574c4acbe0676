import OrderedCollections

/// The keys a closed mapping may have, with what editors are told of each.
package struct MappingSchema: Sendable, Hashable {
    package struct Key: Sendable, Hashable {
        package let name: String
        package let value: ValueSchema
        let isRequired: Bool

        package init(_ name: String, _ value: ValueSchema, isRequired: Bool = false) {
            self.name = name
            self.value = value
            self.isRequired = isRequired
        }

        /// A key that may be left out.
        ///
        /// - Parameters:
        ///   - description: one sentence for people. What the value itself has to say is put behind it, and so is the default.
        ///   - standard: what counts if it is left out, as it would be written.
        package static func optional(
            _ name: String, _ description: String, _ value: ValueSchema, default standard: JSONValue? = nil, examples: [JSONValue] = []
        ) -> Key {
            var keywords: JSONObject = [:]
            var text = value.sentences(description)
            if let standard { text += " Default: \(standard.stringValue ?? standard.text)." }
            keywords["description"] = .string(text)
            keywords["default"] = standard
            if !examples.isEmpty { keywords["examples"] = .array(examples) }
            return Key(name, value.with(keywords))
        }

        package static func required(
            _ name: String, _ description: String, _ value: ValueSchema, examples: [JSONValue] = []
        ) -> Key {
            Key(name, optional(name, description, value, examples: examples).value, isRequired: true)
        }
    }

    package let keys: [Key]
    /// The keys in the order in which messages list them.
    package let names: [String]
    /// Keywords on the keys together, such as which ones exclude each other.
    private let rules: JSONObject

    package init(_ keys: [Key], rules: JSONObject = [:]) {
        self.keys = keys
        self.rules = rules
        names = keys.map(\.name)
    }

    package var value: ValueSchema {
        var members: JSONObject = ["type": "object"]
        members["properties"] = .object(keys.reduce(into: [:]) { all, key in all[key.name] = .object(key.value.members) })
        let required = keys.filter(\.isRequired).map { JSONValue.string($0.name) }
        if !required.isEmpty { members["required"] = .array(required) }
        members["additionalProperties"] = false
        members.merge(rules) { first, _ in first }
        let definitions = keys.reduce(into: JSONObject()) { all, key in all.merge(key.value.definitions) { first, _ in first } }
        return ValueSchema(members, definitions: definitions)
    }
}

extension MappingSchema {
    /// That exactly one of these keys must be there.
    package static func exactlyOne(of names: [String]) -> JSONObject {
        ["oneOf": .array(names.map { ["required": [.string($0)]] })]
    }
}
