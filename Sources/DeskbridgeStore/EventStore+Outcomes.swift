package import DeskbridgeCore
internal import GRDB

extension StoreOperation where Answer == Confirmation? {
    /// Ends an attempt: its outcome, the event's new state, its last steps and the confirmation are one transaction.
    ///
    /// The answer is the confirmation with its number, if there is one.
    /// - Throws: `wrongState` unless that very attempt is running, so that a late writer overwrites nothing.
    package static func finish(_ event: EventID, attempt: Int, _ end: AttemptEnd) -> Self {
        StoreOperation(size: end.size) { db in
            let head = try db.head(event)
            try head.demandRunning(attempt)
            for step in end.steps {
                try db.keepStep(step.step, of: head.sequence, attempt: step.attempt, result: step.result.text, at: step.at)
            }
            try db.endAttempt(
                attempt, of: head.sequence, at: end.at, outcome: end.outcome, failure: end.failure, outputTail: end.outputTail,
                plan: end.plan)
            let confirmation = try db.move(
                head,
                by: Transition(
                    state: end.state, at: end.at, dueAt: end.dueAt, wait: end.wait, failure: end.failure, result: end.result,
                    confirmation: end.confirmation))
            if end.state == .waiting {
                try db.run("UPDATE events SET attempts_before_retry = attempts_before_retry + 1 WHERE sequence = ?", [head.sequence])
            }
            return confirmation
        }
    }
}

extension EventStore {
    /// As the operation of the same name.
    @discardableResult
    package func finish(_ event: EventID, attempt: Int, _ end: AttemptEnd) async throws(StoreError) -> Confirmation? {
        try await perform(.finish(event, attempt: attempt, end))
    }
}

extension AttemptEnd {
    /// About how many bytes it takes in the ledger. Results are counted as if each were of middling size.
    fileprivate var size: Int {
        1024 + steps.count * 512 + outputTail.reduce(0) { $0 + $1.text.utf8.count }
    }
}
