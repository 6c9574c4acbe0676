internal import CDBus

/// An error that libdbus reports into.
struct LibraryError {
    var raw = DBusError()

    init() { dbus_error_init(&raw) }

    /// The name and message reported, after which the error is empty again.
    mutating func take() -> (name: String, message: String) {
        defer { dbus_error_free(&raw) }
        guard let name = raw.name else { return (BusError.Name.failed, "libdbus gave no reason") }
        return (String(cString: name), raw.message.map { String(cString: $0) } ?? "")
    }
}
