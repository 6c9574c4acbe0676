/// Who may cause what, and who may see whose events: the rules of all policy files in their order.
package struct Policy: Sendable, Hashable {
    package let rules: [PolicyRule]
    package let visibility: [VisibilityRule]

    /// Without rules everything is denied, and every client sees its own events only.
    package init(rules: [PolicyRule] = [], visibility: [VisibilityRule] = []) {
        self.rules = rules
        self.visibility = visibility
    }

    /// The name under which the command line of the same user comes in: it sees everything, and causes what rules let it.
    package static let localClient = "local"

    /// The first rule that matches decides. No match denies.
    package func decide(_ request: PolicyRequest) -> PolicyDecision {
        decision(by: rules.first { $0.mismatch(with: request) == nil }, on: request)
    }

    /// The same decision, with each rule that was looked at.
    package func explain(_ request: PolicyRequest) -> PolicyExplanation {
        var looks: [PolicyExplanation.Look] = []
        for rule in rules {
            let mismatch = rule.mismatch(with: request)
            looks.append(PolicyExplanation.Look(rule: rule.id, effect: rule.effect, mismatch: mismatch))
            if mismatch == nil { return PolicyExplanation(decision: decision(by: rule, on: request), looks: looks) }
        }
        return PolicyExplanation(decision: decision(by: nil, on: request), looks: looks)
    }

    /// Whether a client may see the events of another. Its own it always sees.
    package func canSee(viewer: String, owner: String) -> Bool {
        viewer.isSame(as: owner) || viewer.isSame(as: Self.localClient)
            || visibility.contains { $0.client.matches(viewer) && $0.sees.contains { $0.matches(owner) } }
    }

    private func decision(by rule: PolicyRule?, on request: PolicyRequest) -> PolicyDecision {
        let who = "client \"\(request.client)\""
        let reason =
            switch rule?.effect {
            case .allow: "\(who) may cause \(request.type)"
            case .ask: "the person at the desk decides whether \(who) may cause \(request.type)"
            case .deny: "\(who) may not cause \(request.type)"
            case nil: "no policy rule lets \(who) cause \(request.type)\(request.origin.map { " from \($0)" } ?? " from outside a web page")"
            }
        return PolicyDecision(effect: rule?.effect ?? .deny, rule: rule?.id, reason: reason, rate: rule?.rate)
    }
}

/// One entry of `visibility`: a client that may see the events of others.
package struct VisibilityRule: Sendable, Hashable {
    package let client: NamePattern
    package let sees: [NamePattern]
}

extension VisibilityRule {
    /// Nil, with a mistake in `errors`, if either key is missing or wrong.
    init?(parsing node: YAMLNode, errors: inout [DefinitionError]) {
        var reader = MappingReader(node, "the entry of visibility", prefix: "")
        guard case .mapping = node.content else {
            errors += reader.finish()
            return nil
        }
        var client: NamePattern?
        reader.read("client", into: &client) { node, what throws(DefinitionError) in
            let text = try node.string(what)
            do throws(Flaw) { return try NamePattern(text) } catch { throw node.error(error.message) }
        }
        if reader.node("client") == nil { reader.addMistake("the entry of visibility needs the key \"client\"") }
        sees = reader.requiredEntries("sees", advice: "name clients, or write [\"*\"] for all") { text throws(Flaw) in
            try NamePattern(text)
        }
        let mistakes = reader.finish()
        errors += mistakes
        guard mistakes.isEmpty, let client else { return nil }
        self.client = client
    }
}
