/// An accepted event and what has become of it so far.
@dynamicMemberLookup
package struct EventRecord: Sendable, Hashable {
    package var event: AcceptedEvent
    /// The number of its row: greater for an event that was accepted later.
    package var sequence: Int64
    package var state: DeliveryState
    /// How many attempts have begun; the number of the current or last one.
    package var attempt: Int
    /// How many of them don't count against ``AcceptedEvent/maximumAttempts``: those that had begun when a person last asked for the
    /// event again, and those that ended in a wait.
    package var attemptsBeforeRetry: Int
    /// When it is to be looked at again: the next attempt of a queued or retrying event, the end of the wait of a waiting one.
    package var dueAt: Timestamp?
    package var result: JSONValue?
    /// Why its last attempt failed, or why it ended without one.
    package var failure: Failure?
    package var finalAt: Timestamp?
    /// The number of its latest confirmation.
    package var confirmationSeq: Int64?
    /// Whether someone asked for the end of the attempt that is running.
    package var cancelRequested: Bool
    /// What a waiting event waits for.
    package var waitsFor: WaitReason?

    package init(
        event: AcceptedEvent, sequence: Int64, state: DeliveryState, attempt: Int = 0, attemptsBeforeRetry: Int = 0,
        dueAt: Timestamp? = nil, result: JSONValue? = nil, failure: Failure? = nil, finalAt: Timestamp? = nil,
        confirmationSeq: Int64? = nil, cancelRequested: Bool = false, waitsFor: WaitReason? = nil
    ) {
        self.event = event
        self.sequence = sequence
        self.state = state
        self.attempt = attempt
        self.attemptsBeforeRetry = attemptsBeforeRetry
        self.dueAt = dueAt
        self.result = result
        self.failure = failure
        self.finalAt = finalAt
        self.confirmationSeq = confirmationSeq
        self.cancelRequested = cancelRequested
        self.waitsFor = waitsFor
    }

    /// What was accepted reads as if it were the record's own: `record.id`, `record.payload`.
    package subscript<Value>(dynamicMember member: KeyPath<AcceptedEvent, Value>) -> Value { event[keyPath: member] }

    package var concurrencyGroup: ConcurrencyGroup { ConcurrencyGroup(action: event.action, key: event.concurrencyKey) }
}
