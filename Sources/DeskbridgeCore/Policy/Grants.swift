/// What actions may touch, whoever asks. Nothing is granted unless it is listed.
///
/// Paths are judged as text; whoever opens one must not follow links out of what is granted.
package struct Grants: Sendable, Hashable {
    package static let none = Grants()

    package let executables: [AbsolutePath]
    package let folders: [AbsolutePath]
    package let dbus: [BusGrant]

    package init(executables: [AbsolutePath] = [], folders: [AbsolutePath] = [], dbus: [BusGrant] = []) {
        self.executables = executables
        self.folders = folders
        self.dbus = dbus
    }

    /// What one of the two grants.
    package func merging(_ other: Grants) -> Grants {
        Grants(executables: executables + other.executables, folders: folders + other.folders, dbus: dbus + other.dbus)
    }

    /// Whether a process may be started from this absolute path.
    package func allows(executable path: String) -> Bool {
        executables.contains { $0.description.isSame(as: path) }
    }

    /// Whether files and folders may be made in this absolute folder: it is granted itself or lies beneath one that is.
    package func allows(folder path: String) -> Bool {
        guard let path = try? AbsolutePath(path) else { return false }
        return folders.contains { $0.contains(path) }
    }

    /// Whether this method may be called. `bus` is `session`, `system` or an address.
    package func allows(bus: String, destination: String, interface: String, member: String) -> Bool {
        dbus.contains { $0.covers(bus: bus, destination: destination, interface: interface, member: member) }
    }
}

extension Grants {
    /// Reads the `grants` of a policy file.
    /// - Parameter home: the absolute path that `~` stands for in folders.
    init(parsing node: YAMLNode?, home: String, errors: inout [DefinitionError]) {
        var reader = MappingReader(node, "grants")
        executables = reader.entries("executables") { text throws(Flaw) in
            let path = try AbsolutePath(text)
            guard path.description.isSame(as: text), !path.isRoot else {
                throw Flaw("\"\(text)\" must be the exact path of an executable\(path.isRoot ? "" : ": write \"\(path)\"")")
            }
            return path
        }
        folders = reader.entries("folders") { text throws(Flaw) in
            let path = try AbsolutePath(text, home: home)
            guard !path.isRoot else { throw Flaw("\"\(text)\" would grant every folder: name the ones that actions write in") }
            return path
        }
        dbus = reader.entries("dbus", BusGrant.init)
        errors += reader.finish()
    }
}

extension Grants {
    static let schema = MappingSchema([
        .optional(
            "executables", "Programs that process steps may start: absolute paths, each exactly as actions write it.",
            .list(of: .text("^/")).orNothing, examples: [["/usr/bin/git"]]),
        .optional(
            "folders", "Folders in which, and in whose subfolders, files and folders may be made; ~ is the home folder.",
            .list(of: .text("^(/|~/|~$)")).orNothing, examples: [["~/Projects"]]),
        .optional(
            "dbus", "D-Bus methods that may be called: BUS DESTINATION INTERFACE.MEMBER, where * stands for all methods.",
            .list(of: .text("^ *[^ ]+ +[^ ]+( +[^ ]+)? *$")).orNothing,
            examples: [["session org.freedesktop.Notifications org.freedesktop.Notifications.Notify"]]),
    ])
}
