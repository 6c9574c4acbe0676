/// How an attempt ended and what becomes of its event.
package struct AttemptEnd: Sendable, Hashable {
    package var at: Timestamp
    /// A final state, `retrying` or `waiting`.
    package var state: DeliveryState
    /// How the attempt is remembered; as the state says, unless it was interrupted.
    package var outcome: AttemptRecord.Outcome
    /// When a `retrying` event is tried again, or until when a `waiting` one waits (nil: without end).
    package var dueAt: Timestamp?
    /// What a `waiting` event waits for.
    package var wait: WaitReason?
    package var failure: Failure?
    package var result: JSONValue?
    /// The steps that finished since the last one that was stored by itself.
    package var steps: [StepRecord]
    package var outputTail: [OutputTailLine]
    package var plan: JSONValue?
    /// The body of the confirmation to send, without its `seq`.
    package var confirmation: JSONValue?

    package init(
        at: Timestamp, state: DeliveryState, outcome: AttemptRecord.Outcome? = nil, dueAt: Timestamp? = nil,
        wait: WaitReason? = nil, failure: Failure? = nil, result: JSONValue? = nil, steps: [StepRecord] = [],
        outputTail: [OutputTailLine] = [], plan: JSONValue? = nil, confirmation: JSONValue? = nil
    ) {
        self.at = at
        self.state = state
        self.outcome = outcome ?? Self.outcome(for: state)
        self.dueAt = dueAt
        self.wait = wait
        self.failure = failure
        self.result = result
        self.steps = steps
        self.outputTail = outputTail
        self.plan = plan
        self.confirmation = confirmation
    }

    private static func outcome(for state: DeliveryState) -> AttemptRecord.Outcome {
        switch state {
        case .succeeded: .succeeded
        case .cancelled: .cancelled
        case .unknown: .unknown
        case .waiting: .waiting
        case .failed, .retrying, .expired, .queued, .running: .failed
        }
    }
}
