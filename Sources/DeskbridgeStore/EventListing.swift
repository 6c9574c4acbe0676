internal import DeskbridgeCore
internal import GRDB

/// One page of a listing, found with a bounded amount of work.
struct EventListing {
    /// Only states and times have an index. For the rest, as many rows are looked at for one page, however few of them match.
    static let rowsPerPage: Int64 = 20_000

    let filter: EventFilter
    let before: Int64
    let limit: Int

    func page(_ db: Database) throws -> EventPage {
        if filter.from != nil || filter.to != nil { return try pageOfSpan(db) }
        let lowest = try lowestSequence(db)
        let states: [DeliveryState?] = filter.states.isEmpty ? [nil] : Array(filter.states)
        let found = try states.flatMap { try matches(in: $0, from: lowest, db) }.sorted { $0.sequence > $1.sequence }
        let events = Array(found.prefix(limit))
        if found.count >= limit { return EventPage(events: events, next: events.last?.sequence) }
        return EventPage(events: events, next: lowest > 1 ? lowest : nil)
    }

    private var looksAtRows: Bool { filter.type != nil || filter.client != nil || filter.text != nil }

    private func lowestSequence(_ db: Database) throws -> Int64 {
        guard looksAtRows else { return 0 }
        let newest = min(before, try db.integer("SELECT max(sequence) + 1 FROM events") ?? 0)
        return max(0, newest - Self.rowsPerPage)
    }

    private func matches(in state: DeliveryState?, from lowest: Int64, _ db: Database) throws -> [EventRecord] {
        var conditions = "pruned_at IS NULL AND sequence < ? AND sequence >= ?"
        var arguments: StatementArguments = [before, lowest]
        if let state {
            conditions += " AND state = ?"
            arguments += [state.rawValue]
        }
        let (more, values) = rowConditions
        return try db.rows(
            "SELECT \(EventRow.columns) FROM events WHERE \(conditions)\(more) ORDER BY sequence DESC LIMIT ?",
            arguments + values + [limit], EventRow.record)
    }

    // MARK: A span of time

    /// An id begins with the moment at which its event was accepted, and ids have an index: nothing outside the span is looked at,
    /// however long ago it was.
    private func pageOfSpan(_ db: Database) throws -> EventPage {
        let lowest = filter.from.map(EventID.floor) ?? ""
        // Behind all digits.
        guard let end = try end(ifAll: filter.to.map(EventID.floor) ?? "g", db) else { return EventPage(events: [], next: nil) }
        let last = try db.row(Self.lastLookedAt, [lowest, end, Self.rowsPerPage - 1])
            .map { (id: $0[0] as String, sequence: $0[1] as Int64) }
        let span: StatementArguments = [last?.id ?? lowest, end]
        let events = try db.rows(spanSQL, span + spanArguments + [limit], EventRow.record)
        return EventPage(events: events, next: events.count >= limit ? events.last?.sequence : last?.sequence)
    }

    /// Ids from the first to before the second, the newest first: the last one that a page looks at, if it doesn't reach the end.
    static let lastLookedAt = "SELECT id, sequence FROM events WHERE id >= ? AND id < ? ORDER BY id DESC LIMIT 1 OFFSET ?"

    /// The id before which this page begins: that of the event at which the one before ended. Nil if there is nothing more.
    private func end(ifAll end: String, _ db: Database) throws -> String? {
        guard before < .max else { return end }
        // It may have been forgotten since: then the page goes on with the next one, and that is still to be shown.
        let found = try db.row("SELECT sequence, id FROM events WHERE sequence <= ? ORDER BY sequence DESC LIMIT 1", [before])
            .map { (sequence: $0[0] as Int64, id: $0[1] as String) }
        return found.map { min(end, $0.sequence == before ? $0.id : $0.id + "0") }
    }

    /// With a `+` before what has an index, so that SQLite goes by the ids (https://sqlite.org/optoverview.html, section 2).
    var spanSQL: String {
        let states = filter.states.isEmpty ? "" : " AND +state IN (\(filter.states.map { _ in "?" }.joined(separator: ", ")))"
        return """
            SELECT \(EventRow.columns) FROM events WHERE id >= ? AND id < ? AND +pruned_at IS NULL\(states)\(rowConditions.text)
            ORDER BY id DESC LIMIT ?
            """
    }

    private var spanArguments: StatementArguments { StatementArguments(filter.states.map(\.rawValue)) + rowConditions.arguments }

    // MARK: What only the row tells

    private var rowConditions: (text: String, arguments: StatementArguments) {
        var conditions = ""
        var arguments: StatementArguments = []
        func narrow(_ condition: String, _ values: StatementArguments) {
            conditions += " AND " + condition
            arguments += values
        }
        if let type = filter.type { narrow("type = ?", [type.text]) }
        if let client = filter.client { narrow("+client = ?", [client.text]) }
        if let text = filter.text {
            let pattern = Self.pattern(text)
            let condition = ["id", "key", "action", "coalesce(shown_payload, payload)"].map { "\($0) LIKE ? ESCAPE '\\'" }
            narrow("(" + condition.joined(separator: " OR ") + ")", [pattern, pattern, pattern, pattern])
        }
        return (conditions, arguments)
    }

    private static func pattern(_ text: String) -> String {
        var pattern = "%"
        for character in text {
            if character == "%" || character == "_" || character == "\\" { pattern.append("\\") }
            pattern.append(character)
        }
        return pattern + "%"
    }
}
