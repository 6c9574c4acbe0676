/// What a rule makes of the requests it is about.
package enum PolicyEffect: Sendable, Hashable {
    case allow
    /// The person at the desk decides, within this time; silence is a no.
    case ask(timeout: Duration)
    case deny

    /// `allow`, `ask` or `deny`.
    package var name: String {
        switch self {
        case .allow: "allow"
        case .ask: "ask"
        case .deny: "deny"
        }
    }
}

/// What policies are asked about an event.
package struct PolicyRequest: Sendable, Hashable {
    package let type: String
    package let client: String
    /// The value of the `Origin` header. Nil if the request had none, as when no browser sent it.
    package let origin: String?
    /// As it was sent: defaults of parameters are not in it.
    package let payload: JSONValue
    package let moment: LocalMoment

    package init(type: String, client: String, origin: String?, payload: JSONValue, moment: LocalMoment) {
        self.type = type
        self.client = client
        self.origin = origin
        self.payload = payload
        self.moment = moment
    }

    /// Where a request comes from, in words.
    static func whence(_ origin: String?) -> String { origin.map { "from \($0)" } ?? "from outside a web page" }
}

/// The place of a rule by which it is named: `policies/default.yaml:3`.
package struct PolicyRuleID: Sendable, Hashable, CustomStringConvertible {
    package let location: SourceLocation

    package init(_ location: SourceLocation) { self.location = location }

    package var description: String { "\(location.file):\(location.line)" }
}

/// What policies say to one request.
package struct PolicyDecision: Sendable, Hashable {
    package let effect: PolicyEffect
    /// The rule that decided. Nil if none matched, which denies.
    package let rule: PolicyRuleID?
    /// The decision in words. Names no file, so that it may be told to the client.
    package let reason: String
    /// How often one client may do by this rule what it allows.
    package let rate: Rate?
    /// What the answer of the person at the desk will count for. Nil unless they are asked, by a rule that has answers remembered.
    package let remembers: AnswerTerms?
    /// The answer that decided in place of a new question.
    package let answer: RememberedAnswer?

    package init(
        effect: PolicyEffect, rule: PolicyRuleID?, reason: String, rate: Rate?, remembers: AnswerTerms? = nil,
        answer: RememberedAnswer? = nil
    ) {
        self.effect = effect
        self.rule = rule
        self.reason = reason
        self.rate = rate
        self.remembers = remembers
        self.answer = answer
    }

    /// ``reason`` as a sentence.
    package var sentence: String { reason.prefix(1).uppercased() + reason.dropFirst() + "." }

    /// What decided: the rule's place, with the remembered answer if there was one, as `policies/default.yaml:3, answer 7`; `default` if
    /// no rule matched.
    package var source: String {
        guard let rule else { return "default" }
        return answer.map { "\(rule), \($0.name)" } ?? rule.description
    }
}

/// A decision with the rules that were looked at before it was made.
package struct PolicyExplanation: Sendable, Hashable {
    /// One rule in its turn.
    package struct Look: Sendable, Hashable {
        package let rule: PolicyRuleID
        package let effect: PolicyEffect
        /// What of the request the rule is not about. Nil if it matches: then it decided.
        package let mismatch: PolicyMismatch?
    }

    package let decision: PolicyDecision
    package let looks: [Look]
}
