package import DeskbridgeCore
internal import GRDB

extension StoreOperation where Answer == [StateChange] {
    /// Expires events whose time to live ran out before their first attempt, at most `limit` of them; call it again while it
    /// gives that many.
    package static func expireOverdue(now: Timestamp, limit: Int = 200, confirmation: @escaping ConfirmationBody) -> Self {
        StoreOperation(size: 1024 * limit) { db in
            let overdue = try db.rows(
                """
                SELECT \(EventRow.columns) FROM events
                WHERE expires_at <= ? AND attempt = 0 AND final_at IS NULL
                ORDER BY expires_at LIMIT ?
                """,
                [now.milliseconds, limit], EventRow.record)
            return try overdue.map { record in
                let failure = Failure("expired", "It was not started before its time to live ran out", .permanent)
                return try db.move(
                    record, by: Transition(state: .expired, at: now, failure: failure), confirmation: confirmation)
            }
        }
    }
}

extension EventStore {
    /// As the operation of the same name.
    package func expireOverdue(
        now: Timestamp, limit: Int = 200, confirmation: @escaping ConfirmationBody
    ) async throws(StoreError) -> [StateChange] {
        try await perform(.expireOverdue(now: now, limit: limit, confirmation: confirmation))
    }

    /// The earliest moment at which an event expires if it has not started, past or to come.
    package func nextExpiry() async throws(StoreError) -> Timestamp? {
        try await read { db in
            try db.integer(
                "SELECT min(expires_at) FROM events WHERE expires_at IS NOT NULL AND attempt = 0 AND final_at IS NULL"
            ).map(Timestamp.init(milliseconds:))
        }
    }
}
