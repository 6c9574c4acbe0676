/// One run of an event's plan.
package struct AttemptRecord: Sendable, Hashable {
    package enum Outcome: String, Sendable, Hashable {
        case succeeded, failed, cancelled, unknown
        /// The bridge or the machine ended while it ran.
        case interrupted
        /// A step found that what it needs isn't there yet. Doesn't count against the attempts that the event has.
        case waiting
    }

    /// Counts from 1 and goes on when a person asks for the event again.
    package var number: Int
    package var startedAt: Timestamp
    package var endedAt: Timestamp?
    /// Nil while it runs.
    package var outcome: Outcome?
    package var failure: Failure?
    /// The steps that it finished, in their order.
    package var steps: [StepRecord]
    package var outputTail: [OutputTailLine]
    /// How many lines came before those; nil once it has ended.
    package var outputFrom: Int?
    /// What it was going to do, secrets hidden.
    package var plan: JSONValue?

    package init(
        number: Int, startedAt: Timestamp, endedAt: Timestamp? = nil, outcome: Outcome? = nil, failure: Failure? = nil,
        steps: [StepRecord] = [], outputTail: [OutputTailLine] = [], plan: JSONValue? = nil
    ) {
        self.number = number
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.outcome = outcome
        self.failure = failure
        self.steps = steps
        self.outputTail = outputTail
        self.plan = plan
    }
}

/// What a finished step returned.
package struct StepRecord: Sendable, Hashable {
    package var step: String
    package var result: JSONValue
    /// The attempt that finished it.
    package var attempt: Int
    package var at: Timestamp

    package init(step: String, result: JSONValue, attempt: Int, at: Timestamp) {
        self.step = step
        self.result = result
        self.attempt = attempt
        self.at = at
    }
}

/// One of the last lines that an attempt's processes wrote.
package struct OutputTailLine: Sendable, Hashable {
    /// The step that wrote it; nil once the attempt has ended.
    package let step: String?
    /// `stdout` or `stderr`.
    package let stream: String
    package let text: String

    package init(step: String? = nil, stream: String, text: String) {
        self.step = step
        self.stream = stream
        self.text = text
    }
}
