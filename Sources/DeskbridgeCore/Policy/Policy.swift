/// Who may cause what, and who may see whose events: the rules of all policy files in their order.
package struct Policy: Sendable, Hashable {
    package let rules: [PolicyRule]
    package let visibility: [VisibilityRule]

    /// Without rules everything is denied, and every client sees its own events only.
    package init(rules: [PolicyRule] = [], visibility: [VisibilityRule] = []) {
        self.rules = rules
        self.visibility = visibility
    }

    /// What the person at the desk answered before, if that counts now.
    package typealias Recall = (AnswerScope) -> RememberedAnswer?

    /// The first rule that matches decides. No match denies, and so does a value that a rule would have to look at but cannot.
    ///
    /// - Parameter recall: asked when a rule matches that asks, and has answers remembered: an answer then decides in its place.
    package func decide(_ request: PolicyRequest, recall: Recall = { _ in nil }) -> PolicyDecision {
        for rule in rules {
            switch rule.verdict(on: request) {
            case .differs: continue
            case .matches:
                guard let terms = rule.terms(client: request.client, origin: request.origin) else { return decision(by: rule, on: request) }
                guard let answer = recall(terms.scope) else { return decision(by: rule, on: request, remembers: terms) }
                return Self.decision(by: rule, on: request, answer)
            case .cannotTell(let pointer): return Self.refusal(by: rule, pointer)
            }
        }
        return decision(by: nil, on: request)
    }

    /// The same decision, with each rule that was looked at.
    package func explain(_ request: PolicyRequest, recall: Recall = { _ in nil }) -> PolicyExplanation {
        var looks: [PolicyExplanation.Look] = []
        for rule in rules {
            var mismatch: PolicyMismatch?
            if case .differs(let difference) = rule.verdict(on: request) { mismatch = difference }
            looks.append(PolicyExplanation.Look(rule: rule.id, effect: rule.effect, mismatch: mismatch))
            if mismatch == nil { break }
        }
        return PolicyExplanation(decision: decide(request, recall: recall), looks: looks)
    }

    /// Whether there may be a payload and a time with which this client can cause such an event, or the person at the desk is asked.
    package func mayCause(type: String, client: String, origin: String?) -> Bool {
        for rule in rules where rule.mismatch(type: type, client: client, origin: origin) == nil {
            if rule.effect != .deny { return true }
            if !rule.isConditional { return false }
        }
        return false
    }

    /// Whether there may be any event that this client can cause from one of these origins, or that the person at the desk is asked about.
    /// - Parameter origins: of its pages; without any it is no page.
    package func mayCauseAnything(client: String, origins: [String]) -> Bool {
        (origins.isEmpty ? [nil] : origins.map(Optional.some)).contains { origin in
            let rules = rules.filter { $0.isAbout(client: client, origin: origin) }
            return rules.enumerated().contains { index, rule in
                rule.effect != .deny
                    && rule.types.contains { type in
                        !rules[..<index].contains { earlier in
                            earlier.effect == .deny && !earlier.isConditional && earlier.types.contains { $0.covers(type) }
                        }
                    }
            }
        }
    }

    /// The rule that has answers remembered under this digest, if it is still there and still says the same.
    package func rule(remembering digest: String) -> PolicyRule? { rules.first { $0.memory?.rule == digest } }

    /// Whether a client may see the events of another. Its own it always sees, and the person at the desk sees all.
    package func canSee(viewer: String, owner: String) -> Bool {
        viewer.isSame(as: owner) || viewer.isSame(as: ClientName.local.text)
            || visibility.contains { $0.client.matches(viewer) && $0.sees.contains { $0.matches(owner) } }
    }

    /// Whether a rule is written for just this client, so that whoever has the name gets what the rule gives.
    package func names(client: String) -> Bool {
        rules.contains { $0.clients.contains { $0.isJust(client) } } || visibility.contains { $0.client.isJust(client) }
    }

    private func decision(by rule: PolicyRule?, on request: PolicyRequest, remembers: AnswerTerms? = nil) -> PolicyDecision {
        let whence = PolicyRequest.whence(request.origin)
        let who = "client \"\(request.client)\""
        let reason =
            switch rule?.effect {
            case .allow: "\(who) may cause \(request.type)"
            case .ask: "the person at the desk decides whether \(who) may cause \(request.type)"
            case .deny: "\(who) may not cause \(request.type)"
            case nil: "no policy rule lets \(who) cause \(request.type) \(whence)"
            }
        return PolicyDecision(effect: rule?.effect ?? .deny, rule: rule?.id, reason: reason, rate: rule?.rate, remembers: remembers)
    }

    private static func decision(by rule: PolicyRule, on request: PolicyRequest, _ answer: RememberedAnswer) -> PolicyDecision {
        let who = answer.scope.words
        let reason =
            answer.isApproved
            ? "the person at the desk allowed \(who) to cause \(request.type), and that is remembered (\(answer.name))"
            : "the person at the desk denied \(who) events such as \(request.type), and that is remembered (\(answer.name)); "
                + "\"deskbridge policy forget \(answer.number)\" on the machine takes it back"
        return PolicyDecision(
            effect: answer.isApproved ? .allow : .deny, rule: rule.id, reason: reason, rate: answer.isApproved ? rule.rate : nil,
            answer: answer)
    }

    private static func refusal(by rule: PolicyRule, _ pointer: JSONPointer) -> PolicyDecision {
        PolicyDecision(
            effect: .deny, rule: rule.id, reason: "the value at \(pointer) of the payload is too long for a policy rule to look at",
            rate: nil)
    }
}
