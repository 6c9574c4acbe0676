/// The match rules that a connection has at the bus: each once, however many use it. For one thread.
final class MatchRules {
    final class Rule {
        fileprivate let text: String
        fileprivate var users = 1
        /// Who wants to know whether the bus took it; nil once it did.
        fileprivate var waiting: [(BusError?) -> Void]? = []

        fileprivate init(_ text: String) { self.text = text }
    }

    private var rules: [String: Rule] = [:]

    /// Adds a user of the rule.
    /// - Parameter confirmed: called once the bus applies the rule, or with its refusal. It may be called before this returns.
    func retain(_ text: String, on requests: BusRequests, confirmed: @escaping (BusError?) -> Void) -> Rule {
        if let rule = rules[text] {
            rule.users += 1
            if rule.waiting == nil { confirmed(nil) } else { rule.waiting?.append(confirmed) }
            return rule
        }
        let rule = Rule(text)
        rule.waiting?.append(confirmed)
        rules[text] = rule
        requests.ask("AddMatch", text) { [unowned self] outcome in settle(rule, outcome) }
        return rule
    }

    /// Removes a user of the rule; with the last one the rule goes. It does nothing for a rule of an earlier connection.
    func release(_ rule: Rule, on requests: BusRequests) {
        rule.users -= 1
        guard rule.users == 0, rules[rule.text] === rule else { return }
        rules[rule.text] = nil
        requests.tell("RemoveMatch", rule.text)
    }

    /// The bus forgets the rules of a connection with it.
    func forgetAll() { rules.removeAll() }

    private func settle(_ rule: Rule, _ outcome: Result<[BusValue], BusError>) {
        var refusal: BusError?
        if case .failure(let error) = outcome {
            refusal = error
            if rules[rule.text] === rule { rules[rule.text] = nil }
        }
        let waiting = rule.waiting ?? []
        rule.waiting = nil
        for confirmed in waiting { confirmed(refusal) }
    }
}
