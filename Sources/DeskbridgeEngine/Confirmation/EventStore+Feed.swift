import DeskbridgeCore
import DeskbridgeStore

extension EventStore {
    /// Makes a change, and tells the feed from within the commit, so that listeners hear of changes in the order of the ledger.
    func perform(telling feed: Feed, at moment: Timestamp, _ operation: StoreOperation<StateChange>) async throws(StoreError) -> StateChange {
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
