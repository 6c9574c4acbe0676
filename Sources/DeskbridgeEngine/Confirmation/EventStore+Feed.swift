import DeskbridgeCore
import DeskbridgeStore

extension EventStore {
    /// Makes a change, and tells the feed from within the commit, so that listeners hear of changes in the order of the ledger.
    func perform(telling feed: Feed, at moment: Timestamp, _ operation: StoreOperation<StateChange>) async throws(StoreError) -> StateChange
    {
        try await perform(operation) { feed.publish(.changed($0, at: moment)) }
    }

    /// The same for a change of several events.
    func perform(
        telling feed: Feed, at moment: Timestamp, _ operation: StoreOperation<[StateChange]>
    ) async throws(StoreError) -> [StateChange] {
        try await perform(operation) { changes in
            for change in changes { feed.publish(.changed(change, at: moment)) }
        }
    }

    /// Ends an event that waits, or asks its attempt to end.
    func cancel(_ id: EventID, at moment: Timestamp, telling feed: Feed, _ running: RunningAttempts) async throws(StoreError) {
        let operation = StoreOperation.requestCancel(id, at: moment, failure: .cancelled) { event in
            ConfirmationMessage.failure(of: event, .cancelled, at: moment)
        }
        _ = try await perform(operation) { result in
            switch result {
            case .cancelled(let change): feed.publish(.changed(change, at: moment))
            case .requested: running.cancel(id)
            }
        }
    }

    /// - Parameter committed: is called on the ledger's thread right after the commit; it must not block.
    func perform<Answer: Sendable>(
        _ operation: StoreOperation<Answer>, committed: @escaping @Sendable (Answer) -> Void
    ) async throws(StoreError) -> Answer {
        let result: Result<Answer, StoreError> = await withCheckedContinuation { continuation in
            enqueue(operation) { result in
                if case .success(let answer) = result { committed(answer) }
                continuation.resume(returning: result)
            }
        }
        return try result.get()
    }
}
