package import DeskbridgeCore

/// What came of the wish to cancel an event.
package enum CancelResult: Sendable, Hashable {
    case cancelled(StateChange)
    /// An attempt is running: it is for the engine to end it, and the wish outlives a restart.
    case requested(EventRecord)
}

extension StoreOperation where Answer == CancelResult {
    /// Cancels an event that waits; notes the wish for one that runs.
    /// - Throws: `notFound`; `wrongState` for a final one.
    package static func requestCancel(
        _ id: EventID, at moment: Timestamp, failure: Failure? = nil, confirmation: @escaping ConfirmationBody
    ) -> Self {
        let actor = AuditActor.current
        return StoreOperation { db in
            var record = try db.record(id)
            try db.append(.about(record, "cancel", record.state == .running ? "requested" : "done", at: moment, by: actor))
            if record.state == .running {
                try db.run("UPDATE events SET cancel_requested = 1 WHERE sequence = ?", [record.sequence])
                record.cancelRequested = true
                return .requested(record)
            }
            let transition = Transition(state: .cancelled, at: moment, failure: failure)
            return .cancelled(try db.move(record, by: transition, confirmation: confirmation))
        }
    }
}

extension EventStore {
    /// As the operation of the same name.
    package func requestCancel(
        _ id: EventID, at moment: Timestamp, failure: Failure? = nil, confirmation: @escaping ConfirmationBody
    ) async throws(StoreError) -> CancelResult {
        try await perform(.requestCancel(id, at: moment, failure: failure, confirmation: confirmation))
    }
}
