package import DeskbridgeCore
internal import GRDB

extension StoreOperation where Answer == Decided {
    /// Stores what the person at the desk says to an event that asks, along with what becomes of the event, and with what is remembered.
    ///
    /// - Parameters:
    ///   - failure: why it ends now; nil for an event that may run.
    ///   - terms: what the answer is remembered for, unless an approved event may not run after all.
    /// - Throws: `notFound`; `wrongState` unless it waits for an answer and there is still time for one.
    package static func decide(
        _ id: EventID, _ decision: ApprovalDecision, at moment: Timestamp, failure: Failure?, remembering terms: AnswerTerms? = nil,
        confirmation: @escaping ConfirmationBody
    ) -> Self {
        let actor = AuditActor.current
        return StoreOperation { db in
            let record = try db.recordThatAsks(id, decision.isApproved, at: moment)
            var remembered: RememberedAnswer?
            if let terms, failure == nil || !decision.isApproved {
                let question = try db.approvals(of: record.sequence).last
                remembered = try db.remember(
                    decision, for: terms, about: record, askedBy: question?.rule ?? record.event.rule, at: moment, by: actor)
            }
            let answer = ApprovalAnswer(
                answer: decision.isApproved ? .approved : .denied, place: decision.place, reason: decision.reason,
                remembered: remembered?.number)
            try db.append(
                .about(
                    record, decision.isApproved ? "approve" : "deny", failure == nil || !decision.isApproved ? "done" : "refused",
                    at: moment, by: actor, detail: decision.place.rawValue))
            let change = try db.close(record, with: answer, at: moment, failure: failure, confirmation: confirmation)
            return Decided(change: change, remembered: remembered)
        }
    }
}

extension StoreOperation where Answer == StateChange {
    /// Decides an event that asks by an answer that is remembered.
    ///
    /// - Parameter failure: why it ends now; nil for an event that may run.
    /// - Throws: `notFound`; `wrongState` unless it waits for an answer, there is still time for one, and this one is remembered and in force.
    package static func decide(
        _ id: EventID, by answer: RememberedAnswer, at moment: Timestamp, failure: Failure?, confirmation: @escaping ConfirmationBody
    ) -> Self {
        StoreOperation { db in
            let record = try db.recordThatAsks(id, answer.isApproved, at: moment)
            guard let known = try db.answer(answer.number), known == answer, known.isInForce(at: moment),
                try db.approvals(of: record.sequence).last?.remembers?.scope == answer.scope
            else { throw StoreError(.wrongState(.waiting), "The event \(id) is not decided by \(answer.name)") }
            try db.append(
                .about(
                    record, answer.isApproved ? "approve" : "deny", failure == nil || !answer.isApproved ? "done" : "refused", at: moment,
                    by: .bridge, detail: answer.name))
            let closing = ApprovalAnswer(
                answer: answer.isApproved ? .approved : .denied, place: answer.place, reason: answer.reason, remembered: answer.number)
            return try db.close(record, with: closing, at: moment, failure: failure, confirmation: confirmation)
        }
    }
}

extension EventStore {
    /// As the operation of the same name.
    package func decide(
        _ id: EventID, _ decision: ApprovalDecision, at moment: Timestamp, failure: Failure?, remembering terms: AnswerTerms? = nil,
        confirmation: @escaping ConfirmationBody
    ) async throws(StoreError) -> Decided {
        try await perform(.decide(id, decision, at: moment, failure: failure, remembering: terms, confirmation: confirmation))
    }
}

extension Database {
    fileprivate func recordThatAsks(_ id: EventID, _ isApproved: Bool, at moment: Timestamp) throws -> EventRecord {
        let record = try record(id)
        guard record.state == .waiting, record.waitsFor == .approval else {
            throw StoreError.wrongState(record.state, id, wanted: isApproved ? "approved" : "denied")
        }
        if let until = record.dueAt, until <= moment {
            throw StoreError(.wrongState(.waiting), "The time to answer for event \(id) is over")
        }
        return record
    }

    /// Lets an event go on that asked, or ends it.
    fileprivate func close(
        _ record: EventRecord, with answer: ApprovalAnswer, at moment: Timestamp, failure: Failure?,
        confirmation: @escaping ConfirmationBody
    ) throws -> StateChange {
        guard let failure else { return try move(record, by: Transition(state: record.stateWhenDue, at: moment, answer: answer)) }
        return try move(
            record, by: Transition(state: .failed, at: moment, failure: failure, answer: answer), confirmation: confirmation)
    }
}

extension Database {
    /// Opens a question about an event that waits from now on.
    func ask(
        about sequence: Int64, rule: String, at moment: Timestamp, until: Timestamp?, remembering terms: AnswerTerms? = nil
    ) throws {
        try run(
            """
            INSERT INTO approvals (event, rule, asked_at, waits_until, memory_rule, memory_origin, memory_lifetime)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """,
            [
                sequence, rule, moment.milliseconds, until?.milliseconds, terms?.scope.rule, terms?.scope.origin,
                terms?.lifetime?.wholeMilliseconds,
            ])
    }

    /// Closes the question about an event that waits no more, if there was one.
    func closeApproval(of sequence: Int64, _ answer: ApprovalAnswer?, at moment: Timestamp) throws {
        try run(
            "UPDATE approvals SET answer = ?, answered_at = ?, place = ?, reason = ?, remembered = ? WHERE event = ? AND answer IS NULL",
            [
                (answer?.answer ?? .withdrawn).rawValue, moment.milliseconds, answer?.place?.rawValue, answer?.reason, answer?.remembered,
                sequence,
            ])
    }

    /// The questions that were asked about an event, in their order.
    func approvals(of sequence: Int64) throws -> [Approval] {
        try rows(
            """
            SELECT a.rule, a.asked_at, a.waits_until, a.answer, a.answered_at, a.place, a.reason, a.memory_rule, a.memory_origin,
                a.memory_lifetime, a.remembered, e.client
            FROM approvals a JOIN events e ON e.sequence = a.event WHERE a.event = ? ORDER BY a.number
            """,
            [sequence]
        ) { row in
            let answer: String? = row[3]
            let place: String? = row[5]
            let rule: String? = row[7]
            let lifetime: Int64? = row[9]
            let client: String = row[11]
            return Approval(
                rule: row[0], askedAt: row.timestamp(required: 1), until: row.timestamp(2),
                answer: try answer.map { try StoredText.read($0, Approval.Answer.init(rawValue:)) }, answeredAt: row.timestamp(4),
                place: try place.map { try StoredText.read($0, Approval.Place.init(rawValue:)) }, reason: row[6],
                remembers: rule.map {
                    AnswerTerms(
                        scope: AnswerScope(rule: $0, client: client, origin: row[8]), lifetime: lifetime.map { .milliseconds($0) })
                }, remembered: row[10])
        }
    }
}
