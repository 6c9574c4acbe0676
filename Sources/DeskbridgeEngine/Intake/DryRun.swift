import DeskbridgeActions
package import DeskbridgeCore

/// What would become of an event, with nothing stored and nothing done.
///
/// It asks the same check and the same planner as an event that is sent, compares the plan with the real things that it is about, and
/// then stops.
package struct DryRun: Sendable {
    package enum Verdict: Sendable {
        case accepted(EventCheck.Checked)
        case refused(Problem)
    }

    package let verdict: Verdict
    /// The rule that denies it: a place such as `policies/default.yaml:3`, or `default` if none matches. Nil if no policy denies it.
    package let denial: String?
    /// Whether it is known which answers are remembered.
    private let knowsAnswers: Bool

    /// - Parameters:
    ///   - answers: what the person at the desk has answered once and for all; nil if that is not known.
    ///   - key: for `{event.idempotencyKey}`; without one, a made-up key stands in.
    ///   - activating: whether a D-Bus service that a step would start may be started, to compare the step with it.
    /// - Throws: ``Problem`` if the event is not even well formed.
    package static func run(
        type: JSONValue?, payload: JSONValue, key: JSONValue?, as identity: Identity, under definitions: Definitions.Snapshot,
        knowing answers: AnswerBook?, now: Timestamp, activating: Bool = false
    ) async throws(Problem) -> DryRun {
        let draft = try EventDraft(
            message: ["type": type ?? .null, "payload": payload, "idempotencyKey": key ?? .string("dry-run")])
        // A gate of its own, so that looking does not count against any rate.
        let gate = Gate(clock: .system, answers: RememberedAnswers(answers ?? AnswerBook()))
        do throws(Problem) {
            let checked = try await EventCheck.foreseen(EventCheck.check(draft, from: identity, under: definitions, gate: gate, now: now))
            return DryRun(verdict: .accepted(await checked.inspected(activating: activating)), denial: nil, knowsAnswers: answers != nil)
        } catch {
            let verb = Gate.Verb.submit(draft.type, payload: draft.payload, at: now)
            let denial = error.code == .deniedByPolicy ? gate.decide(identity, verb, under: definitions.policy.policy).rule : nil
            return DryRun(verdict: .refused(error), denial: denial, knowsAnswers: answers != nil)
        }
    }

    /// The answer that decided; `unknown` if one might, and nobody was there to say. Nil if none did.
    package var remembered: JSONValue? {
        guard case .accepted(let checked) = verdict else { return nil }
        return checked.answer?.summary ?? (knowsAnswers || checked.remembers == nil ? nil : "unknown")
    }

    package var shown: JSONValue {
        switch verdict {
        case .accepted(let checked):
            var decision: JSONObject = ["effect": checked.asks == nil ? "allow" : "ask", "rule": .string(checked.event.rule)]
            decision["timeout"] = checked.asks.map { .string(Units.text($0)) }
            decision["remember"] = checked.remembers?.json
            decision["remembered"] = remembered
            decision["concurrencyKey"] = checked.event.concurrencyKey.map(JSONValue.string)
            return ["decision": .object(decision), "plan": checked.plan.shown]
        case .refused(let problem):
            var decision: JSONObject = ["effect": "deny", "code": .string(problem.code.rawValue), "reason": .string(problem.detail)]
            decision["rule"] = denial.map(JSONValue.string)
            decision.merge(problem.errorMembers) { _, new in new }
            return ["decision": .object(decision), "plan": .null]
        }
    }
}

extension EventCheck.Checked {
    fileprivate func inspected(activating: Bool) async -> EventCheck.Checked {
        var checked = self
        checked.plan = await plan.inspected(activating: activating)
        return checked
    }
}
