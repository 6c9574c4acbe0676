import Glibc
import Synchronization

/// Sockets bound to a port that the system chose, so that it gives the port to nobody else before the bridge listens there.
///
/// The bridge itself may bind beside them, as all of them allow reuse and none listens (socket(7), `SO_REUSEADDR`).
final class PortHold: Sendable {
    private let descriptors = Mutex<[Int32]>([])

    deinit { release() }

    func add(_ descriptor: Int32) { descriptors.withLock { $0.append(descriptor) } }

    func release() {
        let held = descriptors.withLock { descriptors in
            defer { descriptors = [] }
            return descriptors
        }
        for descriptor in held { close(descriptor) }
    }
}
