package import DeskbridgeCore
import Synchronization

/// One thing that happened, as live connections are told of it.
package enum FeedItem: Sendable {
    case accepted(EventRecord)
    /// An event went from one state to another; its confirmation, if it has one, was stored along with it.
    case changed(StateChange, at: Timestamp)
    case output(OutputBatch)
    /// Ended events were taken out of the ledger: so many of each state.
    case forgotten([DeliveryState: Int])
}

/// Some lines that a running step wrote.
package struct OutputBatch: Sendable {
    package let event: EventID
    package let client: ClientName
    package let attempt: Int
    package let step: String
    package let stream: String
    /// How many lines the attempt wrote before the first of these, whatever wrote them, with those that were dropped.
    package let from: Int
    package let lines: [String]
    /// How many lines before these were dropped because they came too fast.
    package let dropped: Int
}

/// Passes what happens on to whoever listens, in the order in which it was committed; who listened first is told first, so that the
/// bridge's own books are right when others hear of a change.
package final class Feed: Sendable {
    package typealias Listener = @Sendable (FeedItem) -> Void

    private struct State {
        var listeners: [(id: UInt64, listener: Listener)] = []
        var next: UInt64 = 0
    }

    private let state = Mutex(State())

    package init() {}

    /// - Parameter listener: is called on the publisher's thread, must not block, and gets every item.
    /// - Returns: ends the subscription when called.
    package func listen(_ listener: @escaping Listener) -> @Sendable () -> Void {
        let id = state.withLock { state in
            state.next += 1
            state.listeners.append((state.next, listener))
            return state.next
        }
        return { [self] in state.withLock { $0.listeners.removeAll { $0.id == id } } }
    }

    package func publish(_ item: FeedItem) {
        for (_, listener) in state.withLock({ $0.listeners }) { listener(item) }
    }
}
