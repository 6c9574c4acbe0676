package import DeskbridgeCore
internal import GRDB

extension StoreOperation where Answer == StateChange {
    /// Ends the wait of an event for something other than a person: it is due at `dueAt`.
    /// - Throws: `notFound`; `wrongState` unless it waits for just that.
    package static func release(_ id: EventID, from reason: WaitReason, dueAt: Timestamp, now: Timestamp) -> Self {
        StoreOperation { db in
            let record = try db.record(id)
            guard record.state == .waiting, record.waitsFor == reason, reason != .approval else {
                throw StoreError.wrongState(record.state, id, wanted: "released")
            }
            return try db.move(record, by: Transition(state: record.stateWhenDue, at: now, dueAt: dueAt))
        }
    }
}

extension StoreOperation where Answer == [StateChange] {
    /// Ends the waits that are over, the longest overdue first, at most `limit` of them; call it again while it gives that many.
    /// - Parameter ending: what becomes of each. Called inside the transaction: short and pure.
    package static func endOverdueWaits(
        now: Timestamp, limit: Int = 200, ending: @escaping @Sendable (EventRecord) -> WaitEnding
    ) -> Self {
        StoreOperation(size: 1024 * limit) { db in
            let overdue = try db.rows(
                "SELECT \(EventRow.columns) FROM events WHERE waits_until <= ? ORDER BY waits_until LIMIT ?",
                [now.milliseconds, limit], EventRow.record)
            return try overdue.map { record in
                let ending = ending(record)
                let transition = Transition(
                    state: ending.state, at: now, failure: ending.failure, confirmation: ending.confirmation,
                    answer: ApprovalAnswer(answer: .timedOut))
                return try db.move(record, by: transition)
            }
        }
    }
}

extension EventRecord {
    /// What it is once nothing holds it up any more. A wait doesn't count as an attempt, so an event can be queued after one.
    var stateWhenDue: DeliveryState { attempt == attemptsBeforeRetry ? .queued : .retrying }
}

extension EventStore {
    /// As the operation of the same name.
    package func release(_ id: EventID, from reason: WaitReason, dueAt: Timestamp, now: Timestamp) async throws(StoreError) -> StateChange {
        try await perform(.release(id, from: reason, dueAt: dueAt, now: now))
    }

    /// As the operation of the same name.
    package func endOverdueWaits(
        now: Timestamp, limit: Int = 200, ending: @escaping @Sendable (EventRecord) -> WaitEnding
    ) async throws(StoreError) -> [StateChange] {
        try await perform(.endOverdueWaits(now: now, limit: limit, ending: ending))
    }

    /// Events that wait, for a person or for a D-Bus name; oldest first.
    /// - Parameter sequence: only those accepted after the one with this number.
    package func waiting(after sequence: Int64 = 0, limit: Int = 1000) async throws(StoreError) -> [EventRecord] {
        try await read { db in
            try db.rows(
                """
                SELECT \(EventRow.columns) FROM events WHERE state = 'waiting' AND pruned_at IS NULL AND sequence > ?
                ORDER BY sequence LIMIT ?
                """,
                [sequence, limit], EventRow.record)
        }
    }

    /// The earliest end of a wait, past or to come.
    package func nextEndOfWait() async throws(StoreError) -> Timestamp? {
        try await read { db in
            try db.integer("SELECT min(waits_until) FROM events WHERE waits_until IS NOT NULL").map(Timestamp.init(milliseconds:))
        }
    }
}
