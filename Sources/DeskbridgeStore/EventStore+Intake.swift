package import DeskbridgeCore
internal import FoundationEssentials
internal import GRDB

/// What came of storing an event.
package enum IntakeResult: Sendable, Hashable {
    case stored(EventRecord)
    /// The client sent this key before with an equal payload. The event may have been pruned since: then its payload is null.
    /// - Parameter confirmation: what the client was told, or is about to be told; nil if the event has not ended.
    case replayed(EventRecord, confirmation: Confirmation?)
    /// The client used this key for another payload.
    case keyReused(existing: EventID)
}

/// How an event starts its life in the ledger.
package enum Admission: Sendable, Hashable {
    /// It is claimed later; due at once.
    case queued
    /// Its first attempt begins in the same transaction.
    case claimed
    /// It waits for the person at the desk, until then at most.
    case waiting(until: Timestamp?, remembering: AnswerTerms? = nil)
}

extension StoreOperation where Answer == IntakeResult {
    /// Stores an event, unless its client has used its key before.
    package static func accept(_ event: AcceptedEvent, as admission: Admission) -> Self {
        // The JSON is written here, on the caller's thread: the writer is one for all.
        let payload = event.payload.text
        let shown = event.shownPayload?.text
        let record = EventRecord(event, admitted: admission)
        let account = AuditEntry(
            "submit", record.state == .waiting ? "asked" : "accepted", at: event.acceptedAt, subject: event.id.text, type: event.type,
            rule: event.rule, plan: event.planDigest)
        return StoreOperation(size: 1024 + payload.utf8.count + (shown?.utf8.count ?? 0)) { db in
            guard let sequence = try db.insert(record, payload: payload, shown: shown) else {
                guard let earlier = try db.earlier(event.key, of: event.client, event.fingerprint) else {
                    throw StoreError(.unexpected, "The event with the key of \(event.id) cannot be found")
                }
                return earlier
            }
            var record = record
            record.sequence = sequence
            switch admission {
            case .queued: break
            case .claimed: try db.beginAttempt(1, of: sequence, at: event.acceptedAt)
            case .waiting(let until, let terms):
                try db.ask(about: sequence, rule: event.rule, at: event.acceptedAt, until: until, remembering: terms)
            }
            try db.append(account)
            return .stored(record)
        }
    }

    /// - Parameter claim: stores it as `running` with its first attempt begun, in the one transaction.
    package static func accept(_ event: AcceptedEvent, claim: Bool) -> Self { accept(event, as: claim ? .claimed : .queued) }
}

extension StoreOperation where Answer == IntakeResult? {
    /// What ``StoreOperation/accept(_:as:)`` would answer to a key that is known; nil for a new one. Stores nothing.
    package static func find(_ key: IdempotencyKey, of client: ClientName, fingerprint: PayloadFingerprint) -> Self {
        StoreOperation { db in try db.earlier(key, of: client, fingerprint) }
    }
}

extension EventStore {
    package func accept(_ event: AcceptedEvent, claim: Bool) async throws(StoreError) -> IntakeResult {
        try await perform(.accept(event, claim: claim))
    }

    package func accept(_ event: AcceptedEvent, as admission: Admission) async throws(StoreError) -> IntakeResult {
        try await perform(.accept(event, as: admission))
    }
}

extension EventRecord {
    fileprivate init(_ event: AcceptedEvent, admitted admission: Admission) {
        self.init(event: event, sequence: 0, state: .queued)
        switch admission {
        case .queued: dueAt = event.acceptedAt
        case .claimed:
            state = .running
            attempt = 1
        case .waiting(let until, _):
            state = .waiting
            dueAt = until
            waitsFor = .approval
        }
    }
}

extension Database {
    /// - Returns: the number of the new row; nil if the client has used the key before.
    fileprivate func insert(_ record: EventRecord, payload: String, shown: String?) throws -> Int64? {
        let event = record.event
        var source: String?
        if case .cloudEvents(let cloudSource) = event.format { source = cloudSource }
        try run(
            """
            INSERT INTO events (id, client, key, fingerprint, type, payload, shown_payload, origin, rule, action, cloud_source,
                accepted_at, expires_at, concurrency_key, maximum_attempts, state, attempt, due_at, waits_until,
                waits_for)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (client, key) DO NOTHING
            """,
            [
                event.id.text, event.client.text, event.key.text, Data(event.fingerprint.bytes), event.type.text, payload, shown,
                event.origin, event.rule, event.action, source, event.acceptedAt.milliseconds, event.expiresAt?.milliseconds,
                event.concurrencyKey, event.maximumAttempts, record.state.rawValue, record.attempt,
                record.state == .queued ? record.dueAt?.milliseconds : nil,
                record.state == .waiting ? record.dueAt?.milliseconds : nil, record.waitsFor?.json.text,
            ])
        return changesCount == 1 ? lastInsertedRowID : nil
    }

    /// The event that took the key first.
    fileprivate func earlier(_ key: IdempotencyKey, of client: ClientName, _ fingerprint: PayloadFingerprint) throws -> IntakeResult? {
        let found = try row("SELECT \(EventRow.columns) FROM events WHERE client = ? AND key = ?", [client.text, key.text])
        guard let found else { return nil }
        let record = try EventRow.record(found)
        guard record.event.fingerprint == fingerprint else { return .keyReused(existing: record.id) }
        return .replayed(record, confirmation: try record.confirmationSeq.flatMap(confirmation))
    }
}
