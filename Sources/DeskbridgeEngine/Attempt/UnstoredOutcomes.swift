package import DeskbridgeCore
import DeskbridgeStore
import Synchronization

/// Attempts that have ended and whose outcome the ledger could not take yet, because the disk is full or fails.
///
/// Each is tried again until it is stored. Until then its event still counts as running and keeps its slot.
package final class UnstoredOutcomes: Sendable {
    package struct Summary: Sendable, Hashable {
        package let count: Int
        /// Since when the oldest waits.
        package let since: Timestamp
        /// Why the last try failed, and what to do.
        package let reason: String
    }

    private struct State {
        var since: [EventID: Timestamp] = [:]
        var reason = ""
    }

    private let state = Mutex(State())

    package init() {}

    /// Nil while all is stored.
    package var summary: Summary? {
        state.withLock { state in
            state.since.values.min().map { Summary(count: state.since.count, since: $0, reason: state.reason) }
        }
    }

    /// The outcome of an event's attempt could not be stored.
    /// - Returns: whether that is news: another reason than for whatever was tried last, or the first failure of this outcome.
    func failed(_ event: EventID, _ error: StoreError, at moment: Timestamp) -> Bool {
        state.withLock { state in
            let reason = "\(error)"
            let isNews = state.since[event] == nil || state.reason != reason
            state.since[event] = state.since[event] ?? moment
            state.reason = reason
            return isNews
        }
    }

    /// It is stored, or given up.
    /// - Returns: since when it had waited; nil if it had not.
    func settle(_ event: EventID) -> Timestamp? { state.withLock { $0.since.removeValue(forKey: event) } }
}
