/// How long new tokens are valid, unless they say it themselves.
package struct TokenConfiguration: Sendable, Hashable {
    /// How long a token can be valid.
    package static let range = Duration.seconds(60) ... .seconds(3650 * 86_400)

    package var expiry = Duration.seconds(90 * 86_400)

    package init() {}
}

extension TokenConfiguration {
    mutating func read(_ node: YAMLNode?, _ errors: inout [DefinitionError]) {
        var reader = MappingReader(node, "tokens")
        reader.read("expiry", into: &expiry) { node, what throws(DefinitionError) in
            try node.duration(what, in: Self.range)
        }
        errors += reader.finish()
    }
}

extension TokenConfiguration {
    static let schema = MappingSchema([
        .optional("expiry", "How long a new token is valid.", .duration(in: range), default: .string(Units.text(Self().expiry)))
    ])
}
