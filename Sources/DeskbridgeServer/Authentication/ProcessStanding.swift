import Glibc

/// What a process is to the bridge: somebody else's, or one that a step has started.
enum ProcessStanding: Sendable, Equatable {
    case other
    /// A step has started it, or one that a step has started.
    case ofStep
    /// It is kept from what the bridge itself may do, as sandboxed steps are. Nothing of that can be shaken off again, neither by leaving the
    /// session nor by losing one's parents.
    case confined(Confinement)

    enum Confinement: String, Sendable {
        case privileges = "it can gain no privileges (no_new_privs)"
        case seccomp = "its system calls are filtered (seccomp)"
        case namespaces = "it has namespaces of its own, as in a container"
    }

    /// - Parameters:
    ///   - lineage: the process and its ancestors, then the leader of its session and the ancestors of that one.
    ///   - bridge: the number of the bridge's process.
    static func of(_ process: ProcessFacts, lineage: [pid_t], bridge: pid_t, itself: ProcessFacts) -> ProcessStanding {
        if process.id == bridge { return .other }
        if lineage.contains(bridge) { return .ofStep }
        // What the bridge is confined by itself, all that it starts is too, and whoever started it may be.
        if process.namespaces != itself.namespaces { return .confined(.namespaces) }
        if process.gainsNoPrivileges, !itself.gainsNoPrivileges { return .confined(.privileges) }
        if process.isFiltered, !itself.isFiltered { return .confined(.seccomp) }
        return .other
    }

    /// Asks the kernel, which can block.
    /// - Parameter folder: the process's folder in `/proc`, opened: it never becomes that of another one with the same number.
    /// - Returns: nil if the process has ended or cannot be looked at.
    static func read(_ folder: Int32) -> (standing: ProcessStanding, sharesGroup: Bool)? {
        guard let process = ProcessFacts(folder), let itself = ProcessFacts.read(getpid()) else { return nil }
        let lineage = ProcessFacts.line(of: process) + ProcessFacts.line(ofLeader: process.session)
        let standing = of(process, lineage: lineage, bridge: getpid(), itself: itself)
        return (standing, process.controlGroups == itself.controlGroups)
    }
}

/// What `/proc` tells of a process (proc_pid_status(5), namespaces(7)).
struct ProcessFacts: Sendable, Equatable {
    var id: pid_t
    var parent: pid_t
    /// The leader of its session; 0 if that is outside of our own PID namespace.
    var session: pid_t
    var gainsNoPrivileges: Bool
    var isFiltered: Bool
    /// Of the kinds that sandboxes take away from what a person may do: users, processes, networks.
    var namespaces: [String]
    /// What `cgroup` holds, as it stands.
    var controlGroups: String?

    static let kindsOfNamespaces = ["user", "pid", "net"]
    /// Nobody has so many ancestors; whoever makes them gets no further.
    private static let mostAncestors = 256

    init(
        id: pid_t, parent: pid_t, session: pid_t, gainsNoPrivileges: Bool, isFiltered: Bool, namespaces: [String],
        controlGroups: String? = nil
    ) {
        self.id = id
        self.parent = parent
        self.session = session
        self.gainsNoPrivileges = gainsNoPrivileges
        self.isFiltered = isFiltered
        self.namespaces = namespaces
        self.controlGroups = controlGroups
    }

    /// Nil if one of these cannot be read: a process that may not be looked at is not taken for one that has nothing to hide.
    init?(_ folder: Int32) {
        guard let status = Self.text("status", in: folder) else { return nil }
        var fields: [Substring: Substring] = [:]
        for line in status.split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { continue }
            fields[parts[0]] = parts[1].drop { $0 == "\t" || $0 == " " }
        }
        func number(_ name: Substring) -> pid_t? {
            fields[name].flatMap { $0.split { $0 == "\t" || $0 == " " }.first }.flatMap { pid_t($0) }
        }
        let namespaces = Self.kindsOfNamespaces.compactMap { Self.link("ns/\($0)", in: folder) }
        guard let id = number("Tgid"), let parent = number("PPid"), let gains = number("NoNewPrivs"),
            namespaces.count == Self.kindsOfNamespaces.count
        else { return nil }
        // A kernel without PID namespaces tells no session, and one without seccomp no filter.
        self.init(
            id: id, parent: parent, session: number("NSsid") ?? 0, gainsNoPrivileges: gains != 0,
            isFiltered: (number("Seccomp") ?? 0) != 0, namespaces: namespaces, controlGroups: Self.text("cgroup", in: folder))
    }

    static func read(_ id: pid_t) -> ProcessFacts? { folder(of: id) { ProcessFacts($0) } }

    /// The process and its ancestors, as far as they can be found.
    static func line(of process: ProcessFacts) -> [pid_t] {
        var line = [process.id]
        var next = process.parent
        while next > 0, line.count < mostAncestors {
            line.append(next)
            guard let parent = folder(of: next, { text("status", in: $0) }).flatMap(Self.parent(in:)) else { break }
            next = parent
        }
        return line
    }

    static func line(ofLeader leader: pid_t) -> [pid_t] {
        guard leader > 0, let parent = folder(of: leader, { text("status", in: $0) }).flatMap(parent(in:)) else { return [] }
        return line(
            of: ProcessFacts(id: leader, parent: parent, session: leader, gainsNoPrivileges: false, isFiltered: false, namespaces: []))
    }

    private static func parent(in status: String) -> pid_t? {
        status.split(separator: "\n").first { $0.hasPrefix("PPid:") }?.split(separator: "\t").last.flatMap { pid_t($0) }
    }

    private static func folder<Value>(of id: pid_t, _ body: (Int32) -> Value?) -> Value? {
        let folder = open("/proc/\(id)", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { return nil }
        defer { close(folder) }
        return body(folder)
    }

    private static func text(_ name: String, in folder: Int32) -> String? {
        let file = openat(folder, name, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var buffer = [UInt8](repeating: 0, count: 16384)
        let count = Glibc.read(file, &buffer, buffer.count)
        return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : nil
    }

    private static func link(_ name: String, in folder: Int32) -> String? {
        var buffer = [CChar](repeating: 0, count: 128)
        let count = readlinkat(folder, name, &buffer, buffer.count)
        return count > 0 ? String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self) : nil
    }
}
