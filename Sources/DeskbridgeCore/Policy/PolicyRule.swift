/// One rule: what becomes of events of these types from these clients and origins.
package struct PolicyRule: Sendable, Hashable {
    package let id: PolicyRuleID
    package let effect: PolicyEffect
    package let types: [NamePattern]
    package let clients: [NamePattern]
    /// Nil if any origin will do, and none.
    package let origins: [AllowedOrigin]?
    package let rate: Rate?

    /// Nil if the rule is about this request.
    package func mismatch(with request: PolicyRequest) -> PolicyMismatch? {
        if !types.contains(where: { $0.matches(request.type) }) { return .type(wanted: types) }
        if !clients.contains(where: { $0.matches(request.client) }) { return .client(wanted: clients) }
        if let origins, !origins.contains(where: { $0.matches(request.origin) }) { return .origin(wanted: origins) }
        return nil
    }
}

extension PolicyRule {
    /// How long the person at the desk has if the rule doesn't say.
    static let defaultTimeout = Duration.seconds(60)

    /// Reads one entry of `rules`. Nil, with its mistakes in `errors`, if it has any.
    init?(parsing node: YAMLNode, errors: inout [DefinitionError]) {
        var reader = MappingReader(node, "the rule", prefix: "")
        guard case .mapping = node.content else {
            errors += reader.finish()
            return nil
        }
        let words = ["allow", "ask", "deny"].filter { reader.node($0) != nil }
        let word = words.first ?? "deny"
        let allNames = "name them, or write [\"*\"] for all"
        types = words.isEmpty ? [] : reader.requiredEntries(word, advice: allNames, NamePattern.init)
        clients = reader.requiredEntries("clients", advice: allNames, NamePattern.init)
        origins =
            reader.node("origins") == nil
            ? nil : reader.requiredEntries("origins", advice: "leave the key out for any origin", AllowedOrigin.init)
        var rate: Rate?
        reader.read("rate", into: &rate) { node, what throws(DefinitionError) in try node.rate(what) }
        var timeout: Duration?
        reader.read("timeout", into: &timeout) { node, what throws(DefinitionError) in
            try node.duration(what, in: .seconds(1) ... .seconds(86_400))
        }
        if words.count != 1 { reader.addMistake("the rule needs exactly one of the keys allow, ask and deny, with a list of event types") }
        if word != "ask", timeout != nil { reader.addMistake("timeout is for ask: this rule waits for nobody") }
        if words == ["deny"], rate != nil { reader.addMistake("rate is for allow and ask: deny lets nothing through") }

        let mistakes = reader.finish()
        errors += mistakes
        guard mistakes.isEmpty else { return nil }
        id = PolicyRuleID(node.location)
        effect =
            switch word {
            case "allow": .allow
            case "ask": .ask(timeout: timeout ?? Self.defaultTimeout)
            default: .deny
            }
        self.rate = rate
    }
}
