package import DeskbridgeCore

extension StoreOperation where Answer == StateChange {
    /// Queues a failed, cancelled, expired or unknown event again, due now, or lets it wait for an answer of the person at the desk.
    ///
    /// It has all its attempts again and no longer expires; the numbers of its attempts go on, and the results of the steps that
    /// were finished stay. Its next outcome makes a new confirmation.
    /// - Parameter evenUnknown: whether one whose outcome is unknown may be tried again, and so perhaps be done twice.
    /// - Throws: `notFound`; `wrongState` for a succeeded one and for one that has not ended.
    package static func retry(
        _ id: EventID, now: Timestamp, asking question: ApprovalQuestion? = nil, evenUnknown: Bool = true
    ) -> Self {
        let actor = AuditActor.current
        return StoreOperation { db in
            let record = try db.record(id)
            guard record.state != .succeeded else {
                throw StoreError.wrongState(record.state, id, wanted: "tried again; `deskbridge events replay \(id)` sends it anew")
            }
            guard record.state.isFinal, evenUnknown || record.state != .unknown else {
                throw StoreError.wrongState(record.state, id, wanted: "tried again")
            }
            var transition = Transition(state: .queued, at: now)
            if let question {
                transition = Transition(state: .waiting, at: now, dueAt: question.until, wait: .approval)
                try db.ask(about: record.sequence, rule: question.rule, at: now, until: question.until, remembering: question.remembers)
            }
            var change = try db.move(record, by: transition)
            try db.run(
                "UPDATE events SET attempts_before_retry = attempt, expires_at = NULL WHERE sequence = ?", [record.sequence])
            change.event.attemptsBeforeRetry = record.attempt
            change.event.event.expiresAt = nil
            try db.append(.about(record, "retry", question == nil ? "queued" : "asked", at: now, by: actor, rule: question?.rule))
            return change
        }
    }
}

extension EventStore {
    /// As the operation of the same name.
    package func retry(_ id: EventID, now: Timestamp) async throws(StoreError) -> StateChange {
        try await perform(.retry(id, now: now))
    }
}
