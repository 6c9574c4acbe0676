/// One entry of `visibility`: a client that may see the events of others.
package struct VisibilityRule: Sendable, Hashable {
    package let client: NamePattern
    package let sees: [NamePattern]
}

extension VisibilityRule {
    /// Nil, with a mistake in `errors`, if either key is missing or wrong.
    init?(parsing node: YAMLNode, errors: inout [DefinitionError]) {
        guard case .mapping = node.content else {
            errors.append(node.error("the entry of visibility must be a mapping, not \(node.kind)"))
            return nil
        }
        var reader = MappingReader(node, "the entry of visibility", prefix: "")
        var client: NamePattern?
        reader.read("client", into: &client) { node, what throws(DefinitionError) in try node.parsed(what, NamePattern.init) }
        if reader.node("client") == nil { reader.addMistake("the entry of visibility needs the key \"client\"") }
        sees = reader.requiredEntries("sees", advice: "name them, or write [\"*\"] for all", NamePattern.init)
        let mistakes = reader.finish()
        errors += mistakes
        guard mistakes.isEmpty, let client else { return nil }
        self.client = client
    }
}

extension VisibilityRule {
    static let schema = MappingSchema([
        .required(
            "client", "Who may see more; a * at an end stands for any other characters.", NamePattern.schema, examples: ["wallboard"]),
        .required(
            "sees", "The clients whose events they may see; a * at an end stands for any other characters.",
            .list(of: NamePattern.schema, atLeast: 1), examples: [["dashboard", "report-*"]]),
    ])
}
