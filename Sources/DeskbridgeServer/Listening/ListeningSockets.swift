import Glibc
import Synchronization

/// The loopback sockets that the bridge listens on, until a door takes them over. Closed if none does.
final class ListeningSockets: Sendable {
    /// Connections that the kernel holds until they are accepted; a client that finds it full tries again only after a second (tcp(7)).
    private static let backlog: Int32 = 1024

    private let descriptors = Mutex<[Int32]>([])

    deinit { for descriptor in take() { close(descriptor) } }

    /// Listens on a bound socket.
    /// - Returns: 0, or an errno; the socket is closed in any case.
    func listen(_ descriptor: Int32) -> Int32 {
        descriptors.withLock { $0.append(descriptor) }
        return Glibc.listen(descriptor, Self.backlog) == 0 ? 0 : errno
    }

    func take() -> [Int32] {
        descriptors.withLock { descriptors in
            defer { descriptors = [] }
            return descriptors
        }
    }
}
