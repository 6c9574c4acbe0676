/// A question to the person at the desk whether an event may run, and what came of it.
package struct Approval: Sendable, Hashable {
    package enum Answer: String, Sendable, Hashable {
        case approved, denied
        /// Nobody answered in time, which is a no.
        case timedOut = "timed_out"
        /// The event ended otherwise meanwhile: it was cancelled, or its time to live ran out.
        case withdrawn
    }

    /// Where the answer was given.
    package enum Place: String, Sendable, Hashable {
        /// A button of the notification on the desktop.
        case notification
        /// The control socket: the command line.
        case command
        /// The console or another program of the owner of the machine, over HTTP.
        case http
    }

    /// The policy rule that wants the person to be asked, as the event's.
    package var rule: String
    package var askedAt: Timestamp
    /// Silence until then is a no.
    package var until: Timestamp?
    /// Nil while the question is open.
    package var answer: Answer?
    package var answeredAt: Timestamp?
    package var place: Place?
    /// What the person said to it.
    package var reason: String?
    /// What the answer will be remembered for. Nil if it counts this time only.
    package var remembers: AnswerTerms?
    /// The number of the answer that was remembered from this one, or that was given in its place.
    package var remembered: Int64?

    package init(
        rule: String, askedAt: Timestamp, until: Timestamp?, answer: Answer? = nil, answeredAt: Timestamp? = nil, place: Place? = nil,
        reason: String? = nil, remembers: AnswerTerms? = nil, remembered: Int64? = nil
    ) {
        self.remembers = remembers
        self.remembered = remembered
        self.rule = rule
        self.askedAt = askedAt
        self.until = until
        self.answer = answer
        self.answeredAt = answeredAt
        self.place = place
        self.reason = reason
    }
}

/// What the person at the desk is asked before an event may run once more.
package struct ApprovalQuestion: Sendable, Hashable {
    package let rule: String
    package let until: Timestamp
    package let remembers: AnswerTerms?

    package init(rule: String, until: Timestamp, remembers: AnswerTerms? = nil) {
        self.rule = rule
        self.until = until
        self.remembers = remembers
    }
}

/// What the person at the desk says to an event that asks.
package struct ApprovalDecision: Sendable, Hashable {
    package let isApproved: Bool
    package let place: Approval.Place
    package let reason: String?
    /// Whether it counts for this event alone, even if the rule has answers remembered.
    package let isOnce: Bool

    package init(isApproved: Bool, place: Approval.Place, reason: String? = nil, isOnce: Bool = false) {
        self.isApproved = isApproved
        self.place = place
        self.reason = reason
        self.isOnce = isOnce
    }
}
