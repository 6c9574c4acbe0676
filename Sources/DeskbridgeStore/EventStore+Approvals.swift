package import DeskbridgeCore
internal import GRDB

extension StoreOperation where Answer == StateChange {
    /// Stores what the person at the desk says to an event that asks, along with what becomes of the event.
    ///
    /// - Parameter failure: why it ends now; nil for an event that may run.
    /// - Throws: `notFound`; `wrongState` unless it waits for an answer and there is still time for one.
    package static func decide(
        _ id: EventID, _ decision: ApprovalDecision, at moment: Timestamp, failure: Failure?, confirmation: @escaping ConfirmationBody
    ) -> Self {
        let actor = AuditActor.current
        return StoreOperation { db in
            let record = try db.record(id)
            guard record.state == .waiting, record.waitsFor == .approval else {
                throw StoreError.wrongState(record.state, id, wanted: decision.isApproved ? "approved" : "denied")
            }
            if let until = record.dueAt, until <= moment {
                throw StoreError(.wrongState(.waiting), "The time to answer for event \(id) is over")
            }
            let answer = ApprovalAnswer(
                answer: decision.isApproved ? .approved : .denied, place: decision.place, reason: decision.reason)
            try db.append(
                .about(
                    record, decision.isApproved ? "approve" : "deny", failure == nil || !decision.isApproved ? "done" : "refused",
                    at: moment, by: actor, detail: decision.place.rawValue))
            guard let failure else {
                return try db.move(record, by: Transition(state: record.stateWhenDue, at: moment, answer: answer))
            }
            return try db.move(
                record, by: Transition(state: .failed, at: moment, failure: failure, answer: answer), confirmation: confirmation)
        }
    }
}

extension EventStore {
    /// As the operation of the same name.
    package func decide(
        _ id: EventID, _ decision: ApprovalDecision, at moment: Timestamp, failure: Failure?, confirmation: @escaping ConfirmationBody
    ) async throws(StoreError) -> StateChange {
        try await perform(.decide(id, decision, at: moment, failure: failure, confirmation: confirmation))
    }
}

extension Database {
    /// Opens a question about an event that waits from now on.
    func ask(about sequence: Int64, rule: String, at moment: Timestamp, until: Timestamp?) throws {
        try run(
            "INSERT INTO approvals (event, rule, asked_at, waits_until) VALUES (?, ?, ?, ?)",
            [sequence, rule, moment.milliseconds, until?.milliseconds])
    }

    /// Closes the question about an event that waits no more, if there was one.
    func closeApproval(of sequence: Int64, _ answer: ApprovalAnswer?, at moment: Timestamp) throws {
        try run(
            "UPDATE approvals SET answer = ?, answered_at = ?, place = ?, reason = ? WHERE event = ? AND answer IS NULL",
            [
                (answer?.answer ?? .withdrawn).rawValue, moment.milliseconds, answer?.place?.rawValue, answer?.reason, sequence,
            ])
    }

    /// The questions that were asked about an event, in their order.
    func approvals(of sequence: Int64) throws -> [Approval] {
        try rows(
            "SELECT rule, asked_at, waits_until, answer, answered_at, place, reason FROM approvals WHERE event = ? ORDER BY number",
            [sequence]
        ) { row in
            let answer: String? = row[3]
            let place: String? = row[5]
            return Approval(
                rule: row[0], askedAt: row.timestamp(required: 1), until: row.timestamp(2),
                answer: try answer.map { try StoredText.read($0, Approval.Answer.init(rawValue:)) }, answeredAt: row.timestamp(4),
                place: try place.map { try StoredText.read($0, Approval.Place.init(rawValue:)) }, reason: row[6])
        }
    }
}
