import DeskbridgeCore
import Synchronization

/// One wake-up at the earliest moment that anything is due. Setting it again replaces it.
final class Alarm: Sendable {
    private let pending = Mutex<Task<Void, Never>?>(nil)
    private let ring: @Sendable () -> Void

    init(ring: @escaping @Sendable () -> Void) { self.ring = ring }

    /// - Parameter delay: nil for no wake-up at all.
    func set(after delay: Duration?) {
        let ring = ring
        let next = delay.map { delay in
            Task {
                // Cancelled means replaced: then somebody else rings.
                guard (try? await Task.sleep(for: max(delay, .milliseconds(1)))) != nil else { return }
                ring()
            }
        }
        pending.withLock { pending in
            pending?.cancel()
            pending = next
        }
    }
}
