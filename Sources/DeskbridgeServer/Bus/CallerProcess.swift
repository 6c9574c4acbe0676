import DeskbridgeCore
import Glibc

/// Which program it is that calls: the unit it runs in, or its executable.
struct CallerProcess: Sendable, Equatable {
    /// Its unit under the user's service manager, such as `backup.service`; nil for what a person started in a terminal.
    let unit: String?
    /// The base name of its executable.
    let executable: String?
    /// Nil if that cannot be told.
    var standing: ProcessStanding?
    /// Whether it is in the bridge's own control groups. A process in a sandbox of ours is, and cannot leave.
    var sharesGroup = false

    var client: ClientName? { (unit ?? executable).flatMap(ClientName.onBus) }

    /// Asks the kernel, which can block.
    ///
    /// Both are read through the open folder of one process, which never becomes that of another one with the same number.
    /// - Returns: nil if there is no such process, or it may not be looked at.
    static func read(_ pid: UInt32) -> CallerProcess? {
        let folder = open("/proc/\(pid)", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { return nil }
        defer { close(folder) }
        var process = CallerProcess(unit: controlGroups(folder).flatMap(unit(in:)), executable: executable(folder))
        if let (standing, sharesGroup) = ProcessStanding.read(folder) { (process.standing, process.sharesGroup) = (standing, sharesGroup) }
        return process.client == nil ? nil : process
    }

    private static func executable(_ folder: Int32) -> String? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlinkat(folder, "exe", &buffer, buffer.count)
        guard count > 0 else { return nil }
        return executable(at: String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }

    /// proc_pid_exe(5): the path, with a mark behind it if the file is gone.
    static func executable(at path: String) -> String? {
        let path = path.hasSuffix(" (deleted)") ? path.dropLast(" (deleted)".count) : path[...]
        return path.split(separator: "/").last.map(String.init)
    }

    private static func controlGroups(_ folder: Int32) -> String? {
        let file = openat(folder, "cgroup", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var buffer = [UInt8](repeating: 0, count: 8192)
        let count = Glibc.read(file, &buffer, buffer.count)
        return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : nil
    }

    // MARK: Units

    /// The unit in what `/proc/PID/cgroup` says (cgroups(7)).
    ///
    /// Below `user@UID.service` there are slices, and then the unit. Only services and the scopes of desktop applications say which program
    /// it is; other scopes hold whatever a terminal or a login started.
    static func unit(in text: String) -> String? {
        let lines = text.split(separator: "\n").map { $0.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false) }
            .filter { $0.count == 3 }
        // The unified hierarchy, or else the one that systemd has for itself beside those of version 1.
        let ofManager = lines.first { $0[0] == "0" && $0[1].isEmpty && $0[2] != "/" } ?? lines.first { $0[1] == "name=systemd" }
        guard let path = ofManager?[2].split(separator: "/"),
            let manager = path.firstIndex(where: { $0.hasPrefix("user@") && $0.hasSuffix(".service") }),
            let unit = path[(manager + 1)...].first(where: { !$0.hasSuffix(".slice") })
        else { return nil }
        return name(of: unescaped(unit))
    }

    /// The file system's name for a unit has a `_` before what the kernel could mistake for a file of its own (systemd's
    /// `cg_escape`), and `\xNN` for characters that separate parts of the name (systemd.unit(5), "String escaping").
    private static func unescaped(_ name: Substring) -> String {
        let name = name.hasPrefix("_") ? name.dropFirst() : name
        return name.split(separator: #"\x2d"#, omittingEmptySubsequences: false).joined(separator: "-")
    }

    /// Desktop environments start applications in `app-LAUNCHER-APPLICATION-RANDOM.scope` and `app-LAUNCHER-APPLICATION@RANDOM.service`
    /// ("Desktop Environment Integration" of systemd). The part that differs with each start is left out.
    private static func name(of unit: String) -> String? {
        if unit.hasSuffix(".scope") {
            guard unit.hasPrefix("app-"), let dash = unit.lastIndex(of: "-"), dash > unit.index(unit.startIndex, offsetBy: 3) else {
                return nil
            }
            return unit[..<dash] + ".scope"
        }
        guard unit.hasSuffix(".service") else { return nil }
        guard unit.hasPrefix("app-"), let at = unit.lastIndex(of: "@") else { return unit }
        return unit[..<at] + ".service"
    }
}
