/// What actions may touch, whoever asks. Nothing is granted unless it is listed.
package struct Grants: Sendable, Hashable {
    package static let none = Grants()
    package init() {}

    /// Whether a process may be started from this absolute path.
    package func allows(executable path: String) -> Bool { false }

    /// Whether files and folders may be made in this absolute folder: it is granted itself or lies beneath one that is.
    package func allows(folder path: String) -> Bool { false }

    /// Whether this method may be called. `bus` is `session`, `system` or an address.
    package func allows(bus: String, destination: String, interface: String, member: String) -> Bool { false }
}
