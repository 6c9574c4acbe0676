internal import CDBus
internal import Glibc

/// One open connection of libdbus, for use by one thread. It must be closed before it is let go.
final class BusLink {
    private let connection: OpaquePointer
    private var watches: [OpaquePointer] = []
    private var received: [BusMessage] = []
    /// Whether the bus is gone. Nothing more is received then.
    private(set) var isLost = false

    /// Connects, which can block; authentication and all else is left to ``dispatch()``.
    /// - Throws: ``BusError`` of kind `notSent`.
    init(to address: BusAddress) throws(BusError) {
        // By default libdbus has the whole process ignore SIGPIPE, which child processes would inherit. It writes with MSG_NOSIGNAL.
        dbus_connection_set_change_sigpipe(0)
        let text = try address.resolved()
        var error = LibraryError()
        guard let connection = dbus_connection_open_private(text, &error.raw) else {
            let (name, message) = error.take()
            throw .notSent(name: name, "cannot connect to the bus at \(text): \(message)")
        }
        self.connection = connection
        dbus_connection_set_exit_on_disconnect(connection, 0)
        guard installCallbacks() else {
            close()
            throw .noMemory
        }
    }

    func close() {
        dbus_connection_close(connection)
        dbus_connection_unref(connection)
    }

    var isConnected: Bool { dbus_connection_get_is_connected(connection) != 0 }

    /// Gives the message to libdbus, which writes it at once or as soon as the socket takes it.
    /// - Returns: the serial that the reply will name, or nil if there is no memory.
    func send(_ message: BusMessage) -> UInt32? {
        var serial: dbus_uint32_t = 0
        return dbus_connection_send(connection, message.raw, &serial) != 0 ? serial : nil
    }

    /// Introduces us to the bus, which must be the first call (D-Bus Specification, "org.freedesktop.DBus.Hello").
    func sendHello() -> UInt32? {
        dbus_message_new_method_call(DBUS_SERVICE_DBUS, DBUS_PATH_DBUS, DBUS_INTERFACE_DBUS, "Hello")
            .flatMap { send(BusMessage(owning: $0)) }
    }

    /// Whether there is work that no descriptor will announce.
    var needsDispatch: Bool { dbus_connection_get_dispatch_status(connection) == DBUS_DISPATCH_DATA_REMAINS }

    /// Bytes that wait for the bus to take them.
    var unsentBytes: Int { Int(dbus_connection_get_outgoing_size(connection)) }

    /// Handles all that was read.
    /// - Returns: replies, signals and calls, in order.
    func dispatch() -> [BusMessage] {
        while dbus_connection_dispatch(connection) == DBUS_DISPATCH_DATA_REMAINS {}
        defer { received.removeAll(keepingCapacity: true) }
        return received
    }

    /// What poll(2) has to wait for, and whom to tell with ``handle(_:_:)``.
    var interests: [(watch: OpaquePointer, entry: pollfd)] {
        watches.filter { dbus_watch_get_enabled($0) != 0 }.map { watch in
            let flags = dbus_watch_get_flags(watch)
            var events: Int32 = 0
            if flags & DBUS_WATCH_READABLE.rawValue != 0 { events |= POLLIN }
            if flags & DBUS_WATCH_WRITABLE.rawValue != 0 { events |= POLLOUT }
            return (watch, pollfd(fd: dbus_watch_get_unix_fd(watch), events: Int16(events), revents: 0))
        }
    }

    /// Has libdbus read or write. Handling one watch may remove another, which is then left alone.
    func handle(_ watch: OpaquePointer, _ events: Int16) {
        guard watches.contains(watch) else { return }
        var flags: UInt32 = 0
        if Int32(events) & POLLIN != 0 { flags |= DBUS_WATCH_READABLE.rawValue }
        if Int32(events) & POLLOUT != 0 { flags |= DBUS_WATCH_WRITABLE.rawValue }
        if Int32(events) & (POLLERR | POLLNVAL) != 0 { flags |= DBUS_WATCH_ERROR.rawValue }
        if Int32(events) & POLLHUP != 0 { flags |= DBUS_WATCH_HANGUP.rawValue }
        dbus_watch_handle(watch, flags)
    }

    // The context of each callback is this object, unretained: close() ends the callbacks before the object goes.
    private func installCallbacks() -> Bool {
        let context = Unmanaged.passUnretained(self).toOpaque()
        let watching = dbus_connection_set_watch_functions(
            connection,
            { watch, context in
                if let watch { BusLink.at(context)?.watches.append(watch) }
                return 1
            },
            { watch, context in BusLink.at(context)?.watches.removeAll { $0 == watch } },
            nil, context, nil)
        let filtering = dbus_connection_add_filter(
            connection,
            { _, message, context in
                guard let message, let link = BusLink.at(context) else { return DBUS_HANDLER_RESULT_NOT_YET_HANDLED }
                return link.take(message)
            }, context, nil)
        return watching != 0 && filtering != 0
    }

    private static func at(_ context: UnsafeMutableRawPointer?) -> BusLink? {
        context.map { Unmanaged<BusLink>.fromOpaque($0).takeUnretainedValue() }
    }

    /// Every message passes here but calls of `org.freedesktop.DBus.Peer`, which libdbus answers.
    private func take(_ message: OpaquePointer) -> DBusHandlerResult {
        switch dbus_message_get_type(message) {
        case DBUS_MESSAGE_TYPE_SIGNAL where dbus_message_is_signal(message, DBUS_INTERFACE_LOCAL, "Disconnected") != 0: isLost = true
        case DBUS_MESSAGE_TYPE_METHOD_RETURN, DBUS_MESSAGE_TYPE_ERROR, DBUS_MESSAGE_TYPE_SIGNAL, DBUS_MESSAGE_TYPE_METHOD_CALL:
            received.append(BusMessage(sharing: message))
        default: return DBUS_HANDLER_RESULT_NOT_YET_HANDLED
        }
        return DBUS_HANDLER_RESULT_HANDLED
    }
}
