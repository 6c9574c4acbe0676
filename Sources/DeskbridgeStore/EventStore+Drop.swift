package import DeskbridgeCore
internal import GRDB

extension StoreOperation where Answer == StateChange {
    /// Takes an event that ended badly out of the ledger's listings, with its payload, result, attempts and steps.
    ///
    /// Its key stays known, so that the client's repetition is answered and not run; a confirmation that its client has not
    /// acknowledged stays owed. One that is `unknown` still owes a confirmation, which is stored now.
    /// - Parameter evenUnknown: whether one whose outcome is unknown may be dropped.
    /// - Throws: `notFound`; `wrongState` for a succeeded one and for one that has not ended.
    package static func drop(
        _ id: EventID, at moment: Timestamp, evenUnknown: Bool = true, confirmation: @escaping ConfirmationBody
    ) -> Self {
        let actor = AuditActor.current
        return StoreOperation { db in
            let record = try db.record(id)
            var change = StateChange(before: record.state, event: record)
            switch record.state {
            case .failed, .cancelled, .expired: break
            case .unknown where evenUnknown:
                let failure = record.failure ?? Failure("dropped", "Nobody found out what became of it", .unknownOutcome)
                change = try db.move(
                    record, by: Transition(state: .failed, at: moment, failure: failure), confirmation: confirmation)
            case .queued, .running, .retrying, .waiting, .succeeded, .unknown:
                throw StoreError.wrongState(record.state, id, wanted: "dropped")
            }
            try db.append(.about(record, "drop", "done", at: moment, by: actor))
            try db.strip(record.sequence, client: record.client, at: moment)
            return change
        }
    }
}

extension EventStore {
    /// As the operation of the same name.
    package func drop(
        _ id: EventID, at moment: Timestamp, confirmation: @escaping ConfirmationBody
    ) async throws(StoreError) -> StateChange {
        try await perform(.drop(id, at: moment, confirmation: confirmation))
    }
}

extension Database {
    /// Leaves of a final event only what a repetition of its key needs, and the confirmations that are still owed.
    func strip(_ sequence: Int64, client: ClientName, at moment: Timestamp) throws {
        try run("DELETE FROM steps WHERE event = ?", [sequence])
        try run("DELETE FROM attempts WHERE event = ?", [sequence])
        try run("DELETE FROM approvals WHERE event = ?", [sequence])
        try run(
            "DELETE FROM confirmations WHERE event = ? AND seq <= ?", [sequence, try acknowledged(client)])
        try run(
            """
            UPDATE events SET payload = 'null', shown_payload = NULL, result = NULL, pruned_at = ? WHERE sequence = ?
            """,
            [moment.milliseconds, sequence])
    }
}
