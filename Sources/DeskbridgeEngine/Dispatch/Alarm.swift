import DeskbridgeCore
import Synchronization

/// One wake-up at the earliest moment that anything is due. Setting it again replaces it.
package final class Alarm: Sendable {
    /// It rings at the latest after this time: the wall clock, which says when things are due, may be set meanwhile.
    static let longest = Duration.seconds(3600)

    private let pending = Mutex<Task<Void, Never>?>(nil)
    private let ring: @Sendable () -> Void

    package init(ring: @escaping @Sendable () -> Void) { self.ring = ring }

    deinit { set(after: nil) }

    /// - Parameter delay: nil for no wake-up at all.
    package func set(after delay: Duration?) {
        let ring = ring
        let next = delay.map { delay in
            Task {
                // Cancelled means replaced: then somebody else rings.
                guard (try? await Task.sleep(for: Self.wait(for: delay))) != nil else { return }
                ring()
            }
        }
        pending.withLock { pending in
            pending?.cancel()
            pending = next
        }
    }

    static func wait(for delay: Duration) -> Duration { min(max(delay, .milliseconds(1)), longest) }
}
