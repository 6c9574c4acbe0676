package import DeskbridgeCore
internal import GRDB

/// How the ledger stands.
package struct LedgerStatistics: Sendable, Hashable {
    /// Events in each state; a state without any is missing.
    package let counts: [DeliveryState: Int]
    /// When the longest-waiting queued event was accepted.
    package let oldestQueuedAt: Timestamp?
    /// Confirmations that their clients have not acknowledged.
    package let unacknowledged: Int
    /// The greatest number of a confirmation.
    package let lastSeq: Int64

    package func count(_ state: DeliveryState) -> Int { counts[state] ?? 0 }

    /// Events that have not ended.
    package var open: Int { counts.reduce(0) { $0 + ($1.key.isFinal ? 0 : $1.value) } }

    package var total: Int { counts.values.reduce(0, +) }
}

extension EventStore {
    package func statistics() async throws(StoreError) -> LedgerStatistics {
        try await read { db in
            LedgerStatistics(
                counts: try db.counts(),
                oldestQueuedAt: try db.integer(
                    "SELECT accepted_at FROM events WHERE state = 'queued' AND pruned_at IS NULL ORDER BY sequence LIMIT 1"
                ).map(Timestamp.init(milliseconds:)),
                unacknowledged: try db.unacknowledgedCount(), lastSeq: try db.greatestSeq())
        }
    }

    /// Events in each state, counted in the index of states.
    package func counts() async throws(StoreError) -> [DeliveryState: Int] { try await read { try $0.counts() } }

    /// What SQLite finds wrong with the file; empty if nothing is. Reads the whole file.
    package func findDamage() async throws(StoreError) -> [String] { try await read { try LedgerCheck.findings($0) } }
}

extension Database {
    fileprivate func counts() throws -> [DeliveryState: Int] {
        let counts = try rows("SELECT state, count(*) FROM events WHERE pruned_at IS NULL GROUP BY state") { row in
            (try StoredText.read(row[0], DeliveryState.init(rawValue:)), row[1] as Int)
        }
        return Dictionary(uniqueKeysWithValues: counts)
    }

    /// Jumps from client to client and counts only what lies beyond its acknowledgement.
    fileprivate func unacknowledgedCount() throws -> Int {
        let count = try integer(
            """
            WITH RECURSIVE clients (name) AS (
                SELECT min(client) FROM confirmations
                UNION ALL
                SELECT (SELECT min(client) FROM confirmations WHERE client > clients.name)
                FROM clients WHERE clients.name IS NOT NULL
            )
            SELECT coalesce(sum((
                SELECT count(*) FROM confirmations c
                WHERE c.client = clients.name
                    AND c.seq > coalesce((SELECT seq FROM acknowledgements a WHERE a.client = clients.name), 0)
            )), 0) FROM clients WHERE name IS NOT NULL
            """)
        return Int(count ?? 0)
    }
}
