package import DeskbridgeCore
internal import GRDB

/// What came of an answer of the person at the desk.
package struct Decided: Sendable, Hashable {
    package let change: StateChange
    /// What will decide later events of its kind. Nil if the answer counts this time only.
    package let remembered: RememberedAnswer?
}

extension StoreOperation where Answer == [RememberedAnswer] {
    /// Forgets one answer, so that the person is asked again. The answer to this holds it, and nothing if there is none of that number.
    package static func forgetAnswer(_ number: Int64, at moment: Timestamp) -> Self {
        let actor = AuditActor.current
        return StoreOperation { db in try db.forgetAnswers(where: "number = ?", [number], outcome: "done", at: moment, by: actor) }
    }

    /// Forgets the answers whose time is over.
    package static func forgetExpiredAnswers(at moment: Timestamp) -> Self {
        StoreOperation { db in
            try db.forgetAnswers(where: "expires_at <= ?", [moment.milliseconds], outcome: "expired", at: moment, by: .bridge)
        }
    }
}

extension StoreOperation where Answer == [RememberedAnswer] {
    /// All remembered answers, those that have expired too, the oldest first: as they are at this place in the order of the commits.
    package static var rememberedAnswers: Self { StoreOperation { db in try db.answers(where: "true", []) } }
}

extension EventStore {
    /// As the operation of the same name.
    package func rememberedAnswers() async throws(StoreError) -> [RememberedAnswer] { try await perform(.rememberedAnswers) }

    /// As the operation of the same name.
    package func forgetAnswer(_ number: Int64, at moment: Timestamp) async throws(StoreError) -> [RememberedAnswer] {
        try await perform(.forgetAnswer(number, at: moment))
    }

    /// Events that wait for an answer that will be remembered for this scope, the oldest first.
    /// - Parameter sequence: only those accepted after the one with this number.
    package func asking(for scope: AnswerScope, after sequence: Int64 = 0, limit: Int = 100) async throws(StoreError) -> [EventRecord] {
        try await read { db in
            try db.rows(
                """
                SELECT \(EventRow.columns) FROM events WHERE sequence > ? AND state = 'waiting' AND client = ? AND sequence IN (
                    SELECT event FROM approvals WHERE memory_rule = ? AND memory_origin IS ? AND answer IS NULL)
                ORDER BY sequence LIMIT ?
                """,
                [sequence, scope.client, scope.rule, scope.origin, limit], EventRow.record)
        }
    }
}

extension Database {
    /// Keeps an answer for later events, in place of an older one for the same scope.
    func remember(
        _ decision: ApprovalDecision, for terms: AnswerTerms, about record: EventRecord, askedBy: String, at moment: Timestamp,
        by actor: AuditActor
    ) throws -> RememberedAnswer {
        let scope = terms.scope
        let expiresAt = terms.lifetime.map { moment + $0 }
        try run("DELETE FROM answers WHERE rule = ? AND client = ? AND origin IS ?", [scope.rule, scope.client, scope.origin])
        try run(
            """
            INSERT INTO answers (rule, client, origin, is_approved, answered_at, expires_at, place, reason, event, type, asked_by)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                scope.rule, scope.client, scope.origin, decision.isApproved, moment.milliseconds, expiresAt?.milliseconds,
                decision.place.rawValue, decision.reason, record.id.text, record.event.type.text, askedBy,
            ])
        let answer = RememberedAnswer(
            number: lastInsertedRowID, scope: scope, isApproved: decision.isApproved, answeredAt: moment, expiresAt: expiresAt,
            place: decision.place, reason: decision.reason, event: record.id, type: record.event.type, askedBy: askedBy)
        try append(.about(answer, "remember_answer", decision.isApproved ? "approved" : "denied", at: moment, by: actor))
        return answer
    }

    func answer(_ number: Int64) throws -> RememberedAnswer? { try answers(where: "number = ?", [number]).first }

    /// Forgets what was answered about a client.
    func forgetAnswers(about client: ClientName, at moment: Timestamp, by actor: AuditActor) throws {
        _ = try forgetAnswers(where: "client = ?", [client.text], outcome: "revoked", at: moment, by: actor)
    }

    fileprivate func forgetAnswers(
        where condition: String, _ arguments: StatementArguments, outcome: String, at moment: Timestamp, by actor: AuditActor
    ) throws -> [RememberedAnswer] {
        let forgotten = try answers(where: condition, arguments)
        for answer in forgotten {
            try run("DELETE FROM answers WHERE number = ?", [answer.number])
            try append(.about(answer, "forget_answer", outcome, at: moment, by: actor))
        }
        return forgotten
    }

    fileprivate func answers(where condition: String, _ arguments: StatementArguments) throws -> [RememberedAnswer] {
        try rows(
            """
            SELECT number, rule, client, origin, is_approved, answered_at, expires_at, place, reason, event, type, asked_by
            FROM answers WHERE \(condition) ORDER BY number
            """, arguments
        ) { row in
            RememberedAnswer(
                number: row[0], scope: AnswerScope(rule: row[1], client: row[2], origin: row[3]), isApproved: row[4],
                answeredAt: row.timestamp(required: 5), expiresAt: row.timestamp(6),
                place: try StoredText.read(row[7], Approval.Place.init(rawValue:)), reason: row[8],
                event: try StoredText.read(row[9]) { EventID($0) }, type: try StoredText.read(row[10]) { EventType($0) }, askedBy: row[11])
        }
    }
}

extension AuditEntry {
    /// What became of a remembered answer.
    fileprivate static func about(
        _ answer: RememberedAnswer, _ verb: String, _ outcome: String, at moment: Timestamp, by actor: AuditActor
    ) -> AuditEntry {
        AuditEntry(
            verb, outcome, at: moment, by: actor, subject: answer.name, owner: ClientName(answer.scope.client), type: answer.type,
            rule: answer.askedBy, detail: answer.scope.origin ?? "none")
    }
}
