package import DeskbridgeCore
internal import GRDB

extension StoreOperation where Answer == [EventRecord] {
    /// Begins an attempt of each of the events that are due, those that have been due longest first.
    ///
    /// - Parameters:
    ///   - dueAfter: passes over what was due at this moment already.
    ///   - saturatedKeys: groups that may start nothing more now. They are passed over without a look at their rows.
    ///   - room: how many more of a group may start; asked for the groups of the events that are next.
    package static func claimDue(
        dueAfter: Timestamp? = nil, now: Timestamp, limit: Int, saturatedKeys: Set<ConcurrencyGroup> = [],
        room: @escaping @Sendable (ConcurrencyGroup) -> Int = { _ in .max }
    ) -> Self {
        StoreOperation(size: 1024 * max(1, limit)) { db in
            var claim = Claim(dueAfter: dueAfter, now: now, saturatedGroups: saturatedKeys, room: room)
            return try claim.take(limit, from: db)
        }
    }
}

extension EventStore {
    /// As the operation of the same name.
    package func claimDue(
        dueAfter: Timestamp? = nil, now: Timestamp, limit: Int, saturatedKeys: Set<ConcurrencyGroup> = [],
        room: @escaping @Sendable (ConcurrencyGroup) -> Int = { _ in .max }
    ) async throws(StoreError) -> [EventRecord] {
        try await perform(.claimDue(dueAfter: dueAfter, now: now, limit: limit, saturatedKeys: saturatedKeys, room: room))
    }

    /// How many events are due at a moment, counted no further than `most`.
    package func dueCount(until moment: Timestamp, atMost most: Int) async throws(StoreError) -> Int {
        try await read { db in
            var count = 0
            for action in try DueEvents.actions(db) where count < most {
                count += Int(
                    try db.integer(
                        "SELECT count(*) FROM (SELECT 1 FROM events WHERE action = ? AND due_at <= ? LIMIT ?)",
                        [action, moment.milliseconds, most - count]) ?? 0)
            }
            return count
        }
    }

    /// The earliest moment after this one at which a queued or retrying event becomes due.
    package func nextDue(after moment: Timestamp) async throws(StoreError) -> Timestamp? {
        try await read { db in
            try DueEvents.actions(db).compactMap { action in
                try db.integer(
                    "SELECT min(due_at) FROM events WHERE action = ? AND due_at > ?", [action, moment.milliseconds])
            }.min().map(Timestamp.init(milliseconds:))
        }
    }
}

/// One round of claims.
private struct Claim {
    let dueAfter: Timestamp?
    let now: Timestamp
    var saturatedGroups: Set<ConcurrencyGroup>
    let room: @Sendable (ConcurrencyGroup) -> Int
    private var taken: [ConcurrencyGroup: Int] = [:]

    init(
        dueAfter: Timestamp?, now: Timestamp, saturatedGroups: Set<ConcurrencyGroup>,
        room: @escaping @Sendable (ConcurrencyGroup) -> Int
    ) {
        self.dueAfter = dueAfter
        self.now = now
        self.saturatedGroups = saturatedGroups
        self.room = room
    }

    mutating func take(_ limit: Int, from db: Database) throws -> [EventRecord] {
        var claimed: [EventRecord] = []
        let actions = try DueEvents.actions(db)
        while claimed.count < limit {
            var due: [DueEvents.Entry] = []
            for action in actions {
                due += try DueEvents.oldest(
                    limit - claimed.count, of: action, after: dueAfter, until: now, apartFrom: saturatedGroups, on: db)
            }
            due.sort { ($0.dueAt, $0.sequence) < ($1.dueAt, $1.sequence) }

            let saturatedBefore = saturatedGroups.count
            for entry in due.prefix(limit - claimed.count) {
                if takePlace(in: entry.group) { claimed.append(try db.claim(entry.sequence, at: now)) }
            }
            // Another look is worth it only if a group that filled up hid others behind it.
            if due.isEmpty || saturatedGroups.count == saturatedBefore { break }
        }
        return claimed
    }

    private mutating func takePlace(in group: ConcurrencyGroup) -> Bool {
        guard taken[group, default: 0] < room(group) else {
            saturatedGroups.insert(group)
            return false
        }
        taken[group, default: 0] += 1
        return true
    }
}

/// The index of events that wait for an attempt.
enum DueEvents {
    struct Entry {
        let sequence: Int64
        let dueAt: Int64
        let group: ConcurrencyGroup
    }

    /// Jumps from one action to the next, however many events each has.
    static let actionsSQL = """
        WITH RECURSIVE actions (name) AS (
            SELECT min(action) FROM events WHERE due_at IS NOT NULL
            UNION ALL
            SELECT (SELECT min(action) FROM events WHERE due_at IS NOT NULL AND action > actions.name)
            FROM actions WHERE actions.name IS NOT NULL
        )
        SELECT name FROM actions WHERE name IS NOT NULL
        """

    /// Answered from the index alone, in its order.
    static let oldestSQL = """
        SELECT sequence, due_at, concurrency_key FROM events
        WHERE action = ? AND due_at > ? AND due_at <= ?
            AND (concurrency_key IS NULL OR concurrency_key NOT IN (SELECT value FROM json_each(?)))
        ORDER BY due_at, sequence LIMIT ?
        """

    static let oldestWithKeySQL = """
        SELECT sequence, due_at, concurrency_key FROM events
        WHERE action = ? AND due_at > ? AND due_at <= ? AND concurrency_key IS NOT NULL
            AND concurrency_key NOT IN (SELECT value FROM json_each(?))
        ORDER BY due_at, sequence LIMIT ?
        """

    static func actions(_ db: Database) throws -> [String] { try db.rows(actionsSQL) { $0[0] } }

    static func oldest(
        _ limit: Int, of action: String, after: Timestamp?, until now: Timestamp, apartFrom saturated: Set<ConcurrencyGroup>,
        on db: Database
    ) throws -> [Entry] {
        let groups = saturated.filter { $0.action == action }
        let keys = JSONValue.array(groups.compactMap { $0.key.map(JSONValue.string) }).text
        let takesKeyless = !groups.contains(ConcurrencyGroup(action: action, key: nil))
        let bounds: StatementArguments = [action, after?.milliseconds ?? .min, now.milliseconds, keys, limit]
        return try db.rows(takesKeyless ? oldestSQL : oldestWithKeySQL, bounds) { row in
            Entry(sequence: row[0], dueAt: row[1], group: ConcurrencyGroup(action: action, key: row[2]))
        }
    }
}

extension Database {
    fileprivate func claim(_ sequence: Int64, at moment: Timestamp) throws -> EventRecord {
        let claimed = try row(
            """
            UPDATE events SET state = 'running', attempt = attempt + 1, due_at = NULL WHERE sequence = ?
            RETURNING \(EventRow.columns)
            """,
            [sequence])
        guard let claimed else { throw StoreError(.unexpected, "A due event vanished from under its claim") }
        let record = try EventRow.record(claimed)
        try beginAttempt(record.attempt, of: sequence, at: moment)
        return record
    }
}
