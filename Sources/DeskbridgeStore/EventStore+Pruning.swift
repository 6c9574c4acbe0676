package import DeskbridgeCore
internal import GRDB

/// How long the ledger remembers.
package struct LedgerRetention: Sendable, Hashable {
    /// How long an event is kept after it ended, and a confirmation after it was made, acknowledged or not.
    package var events: Duration
    /// How many ended events are kept, whatever their age.
    package var count: Int
    /// How long a key is remembered after its event was accepted; never shorter than the event itself is kept.
    package var keys: Duration

    package init(events: Duration, count: Int, keys: Duration) {
        self.events = events
        self.count = count
        self.keys = keys
    }
}

/// What one batch of pruning removed.
package struct PruneResult: Sendable, Hashable {
    package var events = 0
    /// The same by the states they had.
    package var states: [DeliveryState: Int] = [:]
    package var keys = 0
    package var confirmations = 0
    /// Whether a further batch may find more.
    package var isFull = false
}

extension StoreOperation where Answer == PruneResult {
    /// Forgets what the retention no longer covers, one batch at a time so that others are not held up: call it again while the
    /// answer is full. An event that has not ended is never forgotten.
    package static func prune(now: Timestamp, retention: LedgerRetention, batch limit: Int = 200) -> Self {
        StoreOperation(size: 1024 * limit) { db in
            let tooOld = now + (.zero - retention.events)
            let excess = max(0, try db.finalCount() - retention.count)
            var result = PruneResult()
            result.confirmations = try db.forgetConfirmations(before: tooOld, limit: limit)
            result.states = try db.stripEvents(endedBefore: tooOld, andExcess: excess, limit: limit, at: now)
            result.events = result.states.values.reduce(0, +)
            result.keys = try db.forgetKeys(before: now + (.zero - retention.keys), limit: limit)
            result.isFull = max(result.confirmations, result.events, result.keys) == limit
            return result
        }
    }
}

extension EventStore {
    /// As the operation of the same name.
    package func prune(
        now: Timestamp, retention: LedgerRetention, batch limit: Int = 200
    ) async throws(StoreError) -> PruneResult {
        try await perform(.prune(now: now, retention: retention, batch: limit))
    }
}

extension Database {
    fileprivate func finalCount() throws -> Int {
        Int(try integer("SELECT count(*) FROM events WHERE final_at IS NOT NULL AND pruned_at IS NULL") ?? 0)
    }

    /// Numbers go up with time, so the oldest are the first `limit`: nothing else is looked at.
    fileprivate func forgetConfirmations(before moment: Timestamp, limit: Int) throws -> Int {
        try run(
            """
            DELETE FROM confirmations WHERE seq IN (
                SELECT seq FROM (SELECT seq, created_at FROM confirmations ORDER BY seq LIMIT ?) WHERE created_at < ?)
            """,
            [limit, moment.milliseconds])
        return changesCount
    }

    fileprivate func stripEvents(
        endedBefore moment: Timestamp, andExcess excess: Int, limit: Int, at now: Timestamp
    ) throws -> [DeliveryState: Int] {
        let oldest = try rows(
            """
            SELECT sequence, client, final_at, state FROM events WHERE final_at IS NOT NULL AND pruned_at IS NULL
            ORDER BY final_at LIMIT ?
            """,
            [limit]
        ) { row in
            (
                sequence: row[0] as Int64, client: try StoredText.read(row[1]) { ClientName($0) }, endedAt: row.timestamp(required: 2),
                state: try StoredText.read(row[3], DeliveryState.init(rawValue:))
            )
        }
        let forgotten = oldest.enumerated().prefix { $0.offset < excess || $0.element.endedAt < moment }
        for (_, event) in forgotten { try strip(event.sequence, client: event.client, at: now) }
        return Dictionary(forgotten.map { ($0.element.state, 1) }, uniquingKeysWith: +)
    }

    fileprivate func forgetKeys(before moment: Timestamp, limit: Int) throws -> Int {
        try run(
            """
            DELETE FROM events WHERE sequence IN (
                SELECT sequence FROM events e WHERE pruned_at IS NOT NULL AND accepted_at < ?
                    AND NOT EXISTS (SELECT 1 FROM confirmations WHERE event = e.sequence)
                ORDER BY accepted_at LIMIT ?)
            """,
            [moment.milliseconds, limit])
        return changesCount
    }
}
