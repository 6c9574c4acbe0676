package import DeskbridgeCore
internal import GRDB

extension StoreOperation where Answer == StateChange {
    /// Ends the wait of an event that was approved, or whose D-Bus name has come: it is due at `dueAt`.
    /// - Throws: `notFound`; `wrongState` unless it waits.
    package static func release(_ id: EventID, dueAt: Timestamp) -> Self {
        StoreOperation { db in
            let record = try db.record(id)
            guard record.state == .waiting else { throw StoreError.wrongState(record.state, id, wanted: "released") }
            return try db.move(record, by: Transition(state: record.attempt == 0 ? .queued : .retrying, at: dueAt))
        }
    }

    /// Ends an event that was denied, or that waited too long.
    /// - Throws: `notFound`; `wrongState` unless it waits.
    package static func deny(
        _ id: EventID, at moment: Timestamp, failure: Failure, confirmation: @escaping ConfirmationBody
    ) -> Self {
        StoreOperation { db in
            let record = try db.record(id)
            guard record.state == .waiting else { throw StoreError.wrongState(record.state, id, wanted: "denied") }
            return try db.move(record, by: Transition(state: .failed, at: moment, failure: failure), confirmation: confirmation)
        }
    }
}

extension EventStore {
    /// As the operation of the same name.
    package func release(_ id: EventID, dueAt: Timestamp) async throws(StoreError) -> StateChange {
        try await perform(.release(id, dueAt: dueAt))
    }

    /// As the operation of the same name.
    package func deny(
        _ id: EventID, at moment: Timestamp, failure: Failure, confirmation: @escaping ConfirmationBody
    ) async throws(StoreError) -> StateChange {
        try await perform(.deny(id, at: moment, failure: failure, confirmation: confirmation))
    }

    /// The events whose wait is over, the longest overdue first.
    package func waitedTooLong(now: Timestamp, limit: Int = 100) async throws(StoreError) -> [EventRecord] {
        try await read { db in
            try db.rows(
                "SELECT \(EventRow.columns) FROM events WHERE waits_until <= ? ORDER BY waits_until LIMIT ?",
                [now.milliseconds, limit], EventRow.record)
        }
    }

    /// All events that wait, for a person or for a D-Bus name; oldest first.
    package func waiting(limit: Int = 1000) async throws(StoreError) -> [EventRecord] {
        try await read { db in
            try db.rows(
                """
                SELECT \(EventRow.columns) FROM events WHERE state = 'waiting' AND pruned_at IS NULL
                ORDER BY sequence LIMIT ?
                """,
                [limit], EventRow.record)
        }
    }

    /// The earliest end of a wait, past or to come.
    package func nextEndOfWait() async throws(StoreError) -> Timestamp? {
        try await read { db in
            try db.integer("SELECT min(waits_until) FROM events WHERE waits_until IS NOT NULL").map(Timestamp.init(milliseconds:))
        }
    }
}
