package import DeskbridgeCore

/// What a person found out about an event whose effect could not be proven.
package enum Resolution: Sendable, Hashable {
    case succeeded(result: JSONValue?)
    case failed(Failure)
}

extension StoreOperation where Answer == StateChange {
    /// Ends an `unknown` event as a person says, with the confirmation it still owes.
    /// - Throws: `notFound`; `wrongState` unless it is unknown.
    package static func resolve(
        _ id: EventID, as resolution: Resolution, at moment: Timestamp, confirmation: @escaping ConfirmationBody
    ) -> Self {
        let actor = AuditActor.current
        return StoreOperation { db in
            let record = try db.record(id)
            guard record.state == .unknown else { throw StoreError.wrongState(record.state, id, wanted: "resolved") }
            let transition =
                switch resolution {
                case .succeeded(let result): Transition(state: .succeeded, at: moment, result: result)
                case .failed(let failure): Transition(state: .failed, at: moment, failure: failure)
                }
            try db.append(.about(record, "resolve", transition.state.rawValue, at: moment, by: actor))
            return try db.move(record, by: transition, confirmation: confirmation)
        }
    }
}

extension EventStore {
    /// As the operation of the same name.
    package func resolve(
        _ id: EventID, as resolution: Resolution, at moment: Timestamp, confirmation: @escaping ConfirmationBody
    ) async throws(StoreError) -> StateChange {
        try await perform(.resolve(id, as: resolution, at: moment, confirmation: confirmation))
    }
}
