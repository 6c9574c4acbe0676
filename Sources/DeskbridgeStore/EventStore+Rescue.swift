package import DeskbridgeCore
internal import GRDB

extension StoreOperation where Answer == [StateChange] {
    /// Settles the events that were running when the bridge ended. Once, at start, before anything is claimed: whoever holds the
    /// folder knows that nobody runs them.
    ///
    /// - Parameter decide: is told each event and the steps it had finished. Called inside the transaction: short and pure.
    package static func rescue(
        now: Timestamp, decide: @escaping @Sendable (EventRecord, [StepRecord]) -> RescueVerdict
    ) -> Self {
        StoreOperation { db in
            let orphans = try db.rows(
                "SELECT \(EventRow.columns) FROM events WHERE state = 'running' AND pruned_at IS NULL ORDER BY sequence",
                [], EventRow.record)
            return try orphans.map { record in
                let verdict = decide(record, try db.steps(of: record.sequence))
                let transition = Transition(verdict, at: now)
                try db.endAttempt(
                    record.attempt, of: record.sequence, at: now, outcome: .interrupted, failure: transition.failure)
                var change = try db.move(record, by: transition)
                // What a person wanted stays wanted: the next claim meets it.
                if record.cancelRequested, !transition.state.isFinal {
                    try db.run("UPDATE events SET cancel_requested = 1 WHERE sequence = ?", [record.sequence])
                    change.event.cancelRequested = true
                }
                return change
            }
        }
    }
}

extension EventStore {
    /// As the operation of the same name.
    package func rescue(
        now: Timestamp, decide: @escaping @Sendable (EventRecord, [StepRecord]) -> RescueVerdict
    ) async throws(StoreError) -> [StateChange] {
        try await perform(.rescue(now: now, decide: decide))
    }
}

extension Transition {
    fileprivate init(_ verdict: RescueVerdict, at moment: Timestamp) {
        switch verdict {
        case .runAgain(let dueAt, let failure):
            self.init(state: .retrying, at: moment, dueAt: dueAt, failure: failure)
        case .unknown(let failure, let confirmation):
            self.init(state: .unknown, at: moment, failure: failure, confirmation: confirmation)
        case .cancelled(let failure, let confirmation):
            self.init(state: .cancelled, at: moment, failure: failure, confirmation: confirmation)
        case .failed(let failure, let confirmation):
            self.init(state: .failed, at: moment, failure: failure, confirmation: confirmation)
        }
    }
}
