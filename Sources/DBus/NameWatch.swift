/// Who owns a bus name.
package enum NameOwner: Sendable, Hashable {
    /// The bus cannot be reached, so nobody can tell. The connection keeps trying.
    case busAway
    case unowned
    /// - Parameter 0: the unique name, such as `:1.42`.
    case owned(by: String)
}

/// The owner of a name, and each change of it, for as long as it is watched; it outlives the loss of the bus.
///
/// The first element comes as soon as the owner is known or the bus turned out to be away. Who takes elements slowly may miss owners in
/// between but never the latest, nor that the bus was away. One task at a time may iterate. It throws a ``BusError`` of kind `disconnected`
/// or `notSent` when the connection is shut down, of kind `errorReply` if the bus refuses to be watched, of kind `cancelled` if the iterating
/// task is cancelled. Watching ends when the last copy of this and of its iterators is let go.
package struct NameWatch: AsyncSequence, Sendable {
    package let name: BusName
    private let lease: Lease

    init(_ watcher: NameWatcher, of connection: BusConnection) {
        name = watcher.name
        lease = Lease(watcher, of: connection)
    }

    package func makeAsyncIterator() -> Iterator { Iterator(lease: lease) }

    package struct Iterator: AsyncIteratorProtocol, Sendable {
        fileprivate let lease: Lease

        package mutating func next() async throws(BusError) -> NameOwner? { try await lease.watcher.inbox.next() }

        package mutating func next(isolation actor: isolated (any Actor)?) async throws(BusError) -> NameOwner? { try await next() }
    }

    fileprivate final class Lease: Sendable {
        let watcher: NameWatcher
        private let connection: BusConnection

        init(_ watcher: NameWatcher, of connection: BusConnection) {
            self.watcher = watcher
            self.connection = connection
        }

        deinit { connection.tell(.unwatch(watcher)) }
    }
}

/// One watch as the thread of the connection knows it.
final class NameWatcher: Sendable {
    let name: BusName
    let inbox = Inbox<NameOwner>()

    init(_ name: BusName) { self.name = name }

    /// The latest state replaces an earlier one that was not taken; that the bus was away stays.
    func tell(_ owner: NameOwner) {
        inbox.change { waiting in
            if owner != .busAway, waiting.first == .busAway { waiting = [.busAway, owner] } else { waiting = [owner] }
        }
    }
}
