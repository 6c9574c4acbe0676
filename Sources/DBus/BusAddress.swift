internal import CDBus
internal import Glibc

/// Where a message bus is: the session's, the system's, or one at an address such as `unix:path=/run/user/1000/bus`.
package struct BusAddress: Sendable, Hashable, CustomStringConvertible {
    private enum Place: Hashable {
        case session, system
        case explicit(String)
    }

    private let place: Place

    private init(_ place: Place) { self.place = place }

    package static let session = BusAddress(.session)
    package static let system = BusAddress(.system)

    /// Reads `session`, `system`, or a list of addresses that are all of the `unix:` transport.
    ///
    /// Other transports are refused: one of them (`unixexec:`) would start a program.
    /// - Throws: ``BusError`` of kind `invalid`.
    package init(_ text: String) throws(BusError) {
        switch text {
        case "session": self = .session
        case "system": self = .system
        default:
            guard text.hasPrefix("unix:"), !text.utf8.contains(0) else {
                throw .invalid("\"\(text)\" is neither session nor system nor an address that begins with unix:")
            }
            try Self.checkEntries(of: text)
            self.init(.explicit(text))
        }
    }

    package var description: String {
        switch place {
        case .session: "session"
        case .system: "system"
        case .explicit(let text): text
        }
    }

    /// The address to connect to now, for libdbus.
    ///
    /// The environment comes first, then the usual socket, as in the D-Bus Specification, "Well-known Message Bus Instances". No bus
    /// is ever started.
    /// - Throws: ``BusError`` of kind `notSent` if there is no session bus.
    func resolved() throws(BusError) -> String {
        switch place {
        case .explicit(let text): return text
        case .system: return Self.environment("DBUS_SYSTEM_BUS_ADDRESS") ?? "unix:path=/var/run/dbus/system_bus_socket"
        case .session:
            if let address = Self.environment("DBUS_SESSION_BUS_ADDRESS") { return address }
            if let folder = Self.environment("XDG_RUNTIME_DIR"), folder.hasPrefix("/"), access(folder + "/bus", F_OK) == 0 {
                return "unix:path=" + Self.escaped(folder + "/bus")
            }
            throw .notSent(
                "there is no session bus: DBUS_SESSION_BUS_ADDRESS is not set and there is no socket $XDG_RUNTIME_DIR/bus")
        }
    }

    private static func environment(_ name: String) -> String? {
        guard let value = getenv(name) else { return nil }
        let text = String(cString: value)
        return text.isEmpty ? nil : text
    }

    private static func escaped(_ path: String) -> String {
        guard let escaped = dbus_address_escape_value(path) else { return path }
        defer { dbus_free(escaped) }
        return String(cString: escaped)
    }

    private static func checkEntries(of text: String) throws(BusError) {
        var entries: UnsafeMutablePointer<OpaquePointer?>?
        var count: Int32 = 0
        var error = LibraryError()
        guard dbus_parse_address(text, &entries, &count, &error.raw) != 0 else {
            throw .invalid("\"\(text)\" is no D-Bus address: \(error.take().message)")
        }
        defer { dbus_address_entries_free(entries) }
        for entry in UnsafeBufferPointer(start: entries, count: Int(count)) {
            let method = dbus_address_entry_get_method(entry).map { String(cString: $0) } ?? ""
            guard method == "unix" else {
                throw .invalid("the address \"\(text)\" uses the transport \"\(method)\"; only unix: is allowed")
            }
            guard dbus_address_entry_get_value(entry, "path") != nil || dbus_address_entry_get_value(entry, "abstract") != nil else {
                throw .invalid("the address \"\(text)\" names no socket: write unix:path=/… or unix:abstract=…")
            }
        }
    }
}
