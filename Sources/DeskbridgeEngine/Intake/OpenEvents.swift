import DeskbridgeCore
import DeskbridgeStore
import Synchronization

/// Counts the events that have no final state, so that no more are taken than the configuration allows.
package final class OpenEvents: Sendable {
    private let limit: Int
    private let count = Mutex(0)

    /// - Parameter limit: `dispatch.queued` of the configuration.
    package init(limit: Int) { self.limit = limit }

    var current: Int { count.withLock { $0 } }

    /// Sets out from what the ledger holds. Call it before anything changes.
    func start(_ counts: [DeliveryState: Int]) {
        count.withLock { $0 = counts.reduce(0) { $0 + ($1.key.isFinal ? 0 : $1.value) } }
    }

    /// Takes a place for a new event. Its end gives the place back, or ``giveBack()`` if it was not stored.
    /// - Throws: `storage_full`.
    func take() throws(Problem) {
        let isTaken = count.withLock { count in
            guard count < limit else { return false }
            count += 1
            return true
        }
        guard isTaken else {
            throw Problem(
                .storageFull,
                "\(limit) events wait for their end already, the limit in deskbridge.yaml (dispatch.queued). Send the event again later with the same key."
            )
        }
    }

    func giveBack() { count.withLock { $0 -= 1 } }

    func hear(_ item: FeedItem) {
        guard case .changed(let change, _) = item else { return }
        switch (change.before.isFinal, change.event.state.isFinal) {
        case (false, true): count.withLock { $0 -= 1 }
        case (true, false): count.withLock { $0 += 1 }
        case (true, true), (false, false): break
        }
    }
}
