/// An object of ours on the bus: where it is and what it says about itself.
package struct BusObject: Sendable, Hashable {
    package let path: ObjectPath
    /// `<interface>` elements (D-Bus Specification, "Introspection Data Format"), without those that every object has.
    package let interfaces: String
    /// How many calls may be in work at once, from all callers together and from one; more are refused with `LimitsExceeded`.
    package let callsInWork: Int
    package let callsInWorkPerSender: Int
    /// About how many bytes of memory the arguments of one call may take; larger ones are refused with `LimitsExceeded`.
    package let largestArguments: Int

    package init(
        at path: ObjectPath, interfaces: String, callsInWork: Int = 256, callsInWorkPerSender: Int = 64, largestArguments: Int = 1 << 20
    ) {
        self.path = path
        self.interfaces = interfaces
        self.callsInWork = callsInWork
        self.callsInWorkPerSender = callsInWorkPerSender
        self.largestArguments = largestArguments
    }
}

/// The calls that others make to one of our objects, as they come; it outlives the loss of the bus.
///
/// `Introspect` and `org.freedesktop.DBus.Peer` are answered already; all else, properties included, comes here. One task at a time may
/// iterate. It throws a ``BusError`` when the connection is shut down, or of kind `cancelled` if the iterating task is cancelled. The object
/// goes when the last copy of this and of its iterators is let go.
package struct BusService: AsyncSequence, Sendable {
    private let lease: Lease

    init(_ object: ServedObject, of connection: BusConnection) { lease = Lease(object, of: connection) }

    package func makeAsyncIterator() -> Iterator { Iterator(lease: lease) }

    package struct Iterator: AsyncIteratorProtocol, Sendable {
        fileprivate let lease: Lease

        package mutating func next() async throws(BusError) -> BusIncomingCall? { try await lease.object.inbox.next() }

        package mutating func next(isolation actor: isolated (any Actor)?) async throws(BusError) -> BusIncomingCall? {
            try await next()
        }
    }

    fileprivate final class Lease: Sendable {
        let object: ServedObject
        private let connection: BusConnection

        init(_ object: ServedObject, of connection: BusConnection) {
            self.object = object
            self.connection = connection
        }

        deinit { connection.tell(.unserve(object)) }
    }
}

/// An object of ours as the thread of the connection knows it.
final class ServedObject: Sendable {
    let description: BusObject
    let inbox = Inbox<BusIncomingCall>()

    init(_ description: BusObject) { self.description = description }
}
