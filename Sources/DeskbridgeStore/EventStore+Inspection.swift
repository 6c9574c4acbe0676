package import DeskbridgeCore
internal import GRDB

/// Which events a listing holds; each part that is set narrows it.
package struct EventFilter: Sendable, Hashable {
    /// Empty: any.
    package var states: Set<DeliveryState>
    package var type: EventType?
    package var client: ClientName?
    /// Stands in the id, the key, the action or the payload as it may be shown; ASCII letters match in either case.
    package var text: String?
    /// Accepted at this moment or later.
    package var from: Timestamp?
    /// Accepted before this moment.
    package var to: Timestamp?

    package init(
        states: Set<DeliveryState> = [], type: EventType? = nil, client: ClientName? = nil, text: String? = nil, from: Timestamp? = nil,
        to: Timestamp? = nil
    ) {
        self.states = states
        self.type = type
        self.client = client
        self.text = text
        self.from = from
        self.to = to
    }
}

/// Some events, newest first.
package struct EventPage: Sendable, Hashable {
    package let events: [EventRecord]
    /// Where the next page begins; nil at the end. A page may be short, even empty, and still not be the last.
    package let next: Int64?
}

/// All that is known of one event.
package struct EventHistory: Sendable, Hashable {
    package let event: EventRecord
    /// In their order, each with the steps it finished.
    package var attempts: [AttemptRecord]
    /// The latest one.
    package let confirmation: Confirmation?
    /// The questions about it to the person at the desk, in their order.
    package let approvals: [Approval]

    package init(event: EventRecord, attempts: [AttemptRecord], confirmation: Confirmation?, approvals: [Approval]) {
        self.event = event
        self.attempts = attempts
        self.confirmation = confirmation
        self.approvals = approvals
    }
}

extension EventStore {
    /// Nil if there is none, or no more.
    package func record(_ id: EventID) async throws(StoreError) -> EventRecord? {
        try await read { db in
            try db.row("SELECT \(EventRow.columns) FROM events WHERE id = ? AND pruned_at IS NULL", [id.text])
                .map(EventRow.record)
        }
    }

    /// Nil if there is none, or no more.
    package func event(_ id: EventID) async throws(StoreError) -> EventHistory? {
        try await read { db in
            let found = try db.row("SELECT \(EventRow.columns) FROM events WHERE id = ? AND pruned_at IS NULL", [id.text])
            guard let record = try found.map(EventRow.record) else { return nil }
            return EventHistory(
                event: record, attempts: try db.attempts(of: record.sequence),
                confirmation: try record.confirmationSeq.flatMap(db.confirmation), approvals: try db.approvals(of: record.sequence))
        }
    }

    /// A page of a listing.
    /// - Parameter cursor: ``EventPage/next`` of the page before; nil for the newest. Before 0 there is nothing.
    package func events(
        _ filter: EventFilter = EventFilter(), before cursor: Int64? = nil, limit: Int
    ) async throws(StoreError) -> EventPage {
        try await read { db in try EventListing(filter: filter, before: max(0, cursor ?? .max), limit: max(1, limit)).page(db) }
    }
}

extension Database {
    fileprivate func attempts(of sequence: Int64) throws -> [AttemptRecord] {
        let steps = Dictionary(grouping: try steps(of: sequence), by: \.attempt)
        return try rows(
            """
            SELECT number, started_at, ended_at, outcome, failure_code, failure_message, failure_kind, output_tail, plan
            FROM attempts WHERE event = ? ORDER BY number
            """,
            [sequence]
        ) { row in
            let number: Int = row[0]
            let outcome: String? = row[3]
            return AttemptRecord(
                number: number, startedAt: row.timestamp(required: 1), endedAt: row.timestamp(2),
                outcome: try outcome.map { try StoredText.read($0, AttemptRecord.Outcome.init(rawValue:)) },
                failure: try row.failure(4), steps: steps[number] ?? [], outputTail: OutputTailLine.lines(try row.json(7)),
                plan: try row.json(8))
        }
    }
}
