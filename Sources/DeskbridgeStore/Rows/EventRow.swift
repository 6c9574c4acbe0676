internal import DeskbridgeCore
internal import FoundationEssentials
internal import GRDB

/// A row of `events`, read by position: there are as many as there are events in a second.
enum EventRow {
    static let columns = """
        sequence, id, client, key, fingerprint, type, payload, shown_payload, origin, rule, action, cloud_source, accepted_at, \
        expires_at, concurrency_key, maximum_attempts, state, attempt, attempts_before_retry, coalesce(due_at, waits_until), \
        cancel_requested, result, failure_code, failure_message, failure_kind, final_at, confirmation_seq, waits_for
        """

    static func record(_ row: Row) throws -> EventRecord {
        EventRecord(
            event: try event(row), sequence: row[0], state: try StoredText.read(row[16], DeliveryState.init(rawValue:)),
            attempt: row[17], attemptsBeforeRetry: row[18], dueAt: row.timestamp(19), result: try row.json(21),
            failure: try row.failure(22), finalAt: row.timestamp(25), confirmationSeq: row[26], cancelRequested: row[20],
            waitsFor: try row.json(27).map { json in
                guard let reason = WaitReason(json: json) else {
                    throw StoreError(.corrupt, "The ledger holds \(json.text) where it should say what an event waits for")
                }
                return reason
            })
    }

    private static func event(_ row: Row) throws -> AcceptedEvent {
        let source: String? = row[11]
        return AcceptedEvent(
            id: try StoredText.read(row[1]) { EventID($0) }, client: try StoredText.read(row[2]) { ClientName($0) },
            type: try StoredText.read(row[5]) { EventType($0) }, key: try StoredText.read(row[3]) { IdempotencyKey($0) },
            payload: try row.json(required: 6), shownPayload: try row.json(7),
            fingerprint: PayloadFingerprint(bytes: [UInt8](row[4] as Data)), origin: row[8], rule: row[9], action: row[10],
            format: source.map(EventFormat.cloudEvents(source:)) ?? .deskbridge, acceptedAt: row.timestamp(required: 12),
            expiresAt: row.timestamp(13), concurrencyKey: row[14], maximumAttempts: row[15])
    }
}

/// As much of an event's row as a change of its state needs.
struct EventHead {
    let sequence: Int64
    let id: EventID
    let client: ClientName
    let state: DeliveryState
    let attempt: Int
    /// Whether it came as a CloudEvent, and its confirmation goes back as one.
    let isCloudEvent: Bool
}

extension EventHead {
    init(_ record: EventRecord) {
        self.init(
            sequence: record.sequence, id: record.id, client: record.client, state: record.state, attempt: record.attempt,
            isCloudEvent: record.event.format != .deskbridge)
    }

    /// - Throws: ``StoreError/Kind/wrongState(_:)`` unless this very attempt is running: a late writer changes nothing.
    func demandRunning(_ attempt: Int) throws(StoreError) {
        guard state == .running, self.attempt == attempt else {
            throw StoreError(.wrongState(state), "Attempt \(attempt) of event \(id) is over: the event is \(state.rawValue)")
        }
    }
}

extension Database {
    /// - Throws: ``StoreError/Kind/notFound``, also for one that was pruned.
    func record(_ id: EventID) throws -> EventRecord {
        let found = try row("SELECT \(EventRow.columns) FROM events WHERE id = ? AND pruned_at IS NULL", [id.text])
        guard let found else { throw StoreError.noEvent(id) }
        return try EventRow.record(found)
    }

    func head(_ id: EventID) throws -> EventHead {
        let found = try row(
            "SELECT sequence, client, state, attempt, cloud_source IS NOT NULL FROM events WHERE id = ? AND pruned_at IS NULL", [id.text])
        guard let found else { throw StoreError.noEvent(id) }
        return EventHead(
            sequence: found[0], id: id, client: try StoredText.read(found[1]) { ClientName($0) },
            state: try StoredText.read(found[2], DeliveryState.init(rawValue:)), attempt: found[3], isCloudEvent: found[4])
    }
}
