package import DeskbridgeActions
package import DeskbridgeCore

/// Why an event would be allowed, asked for or denied: each rule looked at, and what the grants say to the action's plan.
package struct PolicyExplain: Sendable {
    /// What becomes of the action's steps. It doesn't depend on the rules.
    package enum Outlook: Sendable {
        /// No payload was given to plan with.
        case notAsked
        case unserved
        case invalid(ValidationErrors)
        case planned(ActionPlan)
    }

    package let request: PolicyRequest
    package let moment: Timestamp
    package let explanation: PolicyExplanation
    package let outlook: Outlook
    /// Whether it is known which answers are remembered.
    private let knowsAnswers: Bool

    /// - Parameters:
    ///   - answers: what the person at the desk has answered once and for all; nil if that is not known.
    ///   - payload: without one, rules that look at the payload don't match, and nothing is planned.
    ///   - zone: by which the times of day in rules are meant.
    package init(
        type: EventType, client: ClientName, origin: String?, payload: JSONValue?, at moment: Timestamp, in zone: ZoneOffset,
        under definitions: Definitions.Snapshot, knowing answers: AnswerBook?
    ) async {
        self.moment = moment
        knowsAnswers = answers != nil
        request = PolicyRequest(
            type: type.text, client: client.text, origin: origin, payload: payload ?? [:], moment: LocalMoment(moment, in: zone))
        explanation = definitions.policy.policy.explain(request) { answers?.answer(for: $0, at: moment) }
        outlook = await Self.outlook(type, client, payload, moment, definitions)
    }

    private static func outlook(
        _ type: EventType, _ client: ClientName, _ payload: JSONValue?, _ moment: Timestamp, _ definitions: Definitions.Snapshot
    ) async -> Outlook {
        guard let action = definitions.catalog.action(for: type) else { return .unserved }
        guard let payload, let key = IdempotencyKey("explain") else { return .notAsked }
        do {
            let planner = ActionPlanner(
                action: action, grants: definitions.policy.grants, parameters: try action.parameters.validate(payload), payload: payload,
                event: EventFields(id: EventID(at: moment), type: type, client: client, key: key, acceptedAt: moment))
            return .planned(await planner.foreseeing())
        } catch {
            return .invalid(error)
        }
    }

    /// The answer that decided; `unknown` if one might, and nobody was there to say. Nil if none did.
    package var remembered: JSONValue? {
        let decision = explanation.decision
        return decision.answer?.summary ?? (knowsAnswers || decision.remembers == nil ? nil : "unknown")
    }

    package var shown: JSONValue {
        let decision = explanation.decision
        var decided: JSONObject = ["effect": .string(decision.effect.name), "rule": .string(decision.source)]
        decided["reason"] = .string(decision.reason)
        decided["rate"] = decision.rate.map { .string($0.description) }
        if case .ask(let timeout) = decision.effect { decided["timeout"] = .string(Units.text(timeout)) }
        decided["remember"] = decision.remembers?.json
        decided["remembered"] = remembered
        return [
            "request": [
                "type": .string(request.type), "client": .string(request.client), "origin": request.origin.map { .string($0) } ?? .null,
                "at": .string(moment.description), "localTime": .string(request.moment.description),
            ],
            "rules": .array(explanation.looks.map(Self.shown)),
            "decision": .object(decided),
            "plan": plan,
        ]
    }

    private static func shown(_ look: PolicyExplanation.Look) -> JSONValue {
        [
            "rule": .string(look.rule.description), "effect": .string(look.effect.name), "matches": .bool(look.mismatch == nil),
            "reason": look.mismatch.map { .string($0.description) } ?? .null,
        ]
    }

    private var plan: JSONValue {
        switch outlook {
        case .notAsked: .null
        case .unserved: ["verdict": "unserved", "reason": .string("no action serves \(request.type)")]
        case .invalid(let errors):
            [
                "verdict": "invalid",
                "errors": .array(errors.errors.map { ["pointer": .string("/payload\($0.pointer)"), "message": .string($0.message)] }),
            ]
        case .planned(let plan):
            [
                "verdict": plan.refusal == nil ? "granted" : "refused", "action": .string(plan.action.name),
                "steps": .array(plan.steps.map(\.shown)),
            ]
        }
    }
}
