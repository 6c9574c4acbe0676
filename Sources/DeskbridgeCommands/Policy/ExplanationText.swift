internal import DeskbridgeActions
internal import DeskbridgeCore
internal import DeskbridgeEngine

/// An explained decision for people: the rules in their turn, the decision, and what the grants say to the plan.
enum ExplanationText {
    static func text(_ explained: PolicyExplain, for channel: OutputChannel) -> String {
        var table = TablePrinter([.init("RULE"), .init("EFFECT"), .init("MATCHES", isFlexible: true)])
        for look in explained.explanation.looks {
            let reason = look.mismatch.map { "no: \($0)" } ?? "yes: this rule decides"
            table.add([look.rule.description, look.effect.name, reason])
        }
        let rules = explained.explanation.looks.isEmpty ? "" : table.text(for: channel) + "\n"
        return rules + decision(explained, for: channel) + plan(explained.outlook, for: channel)
    }

    private static func decision(_ explained: PolicyExplain, for channel: OutputChannel) -> String {
        let decision = explained.explanation.decision
        var fields = FieldList()
        fields.add("decision", decision.effect.name)
        fields.add("rule", decision.rule == nil ? "none matches, which denies" : decision.source)
        fields.add("reason", decision.reason)
        fields.add("rate", decision.rate.map { "\($0) for each client" })
        if case .ask(let timeout) = decision.effect { fields.add("timeout", Units.text(timeout)) }
        fields.add("remember", memory(explained))
        fields.add("time", "\(explained.request.moment) (\(explained.moment))")
        return fields.text(for: channel)
    }

    /// What becomes of the answer to the question, if there is one.
    private static func memory(_ explained: PolicyExplain) -> String? {
        guard let terms = explained.explanation.decision.remembers else { return nil }
        let scope = "for \(terms.scope.words), \(terms.lifetime.map { Units.text($0) } ?? "until it is forgotten")"
        return explained.remembered == nil
            ? "the answer will be remembered \(scope)"
            : "the daemon doesn't run, so it isn't known whether an answer is remembered \(scope)"
    }

    private static func plan(_ outlook: PolicyExplain.Outlook, for channel: OutputChannel) -> String {
        var fields = FieldList()
        switch outlook {
        case .notAsked: fields.add("grants", "give a payload to see what they say to the plan")
        case .unserved: fields.add("action", "none serves this type")
        case .invalid(let errors):
            fields.add("payload", "not valid\n" + errors.errors.map { "/payload\($0.pointer) \($0.message)" }.joined(separator: "\n"))
        case .planned(let plan):
            fields.add("action", plan.action.name)
            for step in plan.steps { fields.add("step \(step.step.id)", verdict(on: step)) }
        }
        return fields.text(for: channel)
    }

    private static func verdict(on step: ActionPlan.Step) -> String {
        switch step.forecast {
        case .planned(let planned): "granted: \(planned.summary)"
        case .deferred(let earlier): "known after the step \(earlier)"
        case .refused(let refusal): "refused (\(refusal.code.rawValue)): \(refusal.message)"
        }
    }
}
