import CLinux
import Glibc

/// The rules of a plan, and the places they are for.
///
/// Landlock only ever gives rights, to a place and all beneath it. So a place with hidden folders in it is taken apart: it can be listed, and each
/// thing in it that is not hidden has a rule of its own. What comes into such a folder later has none.
struct LandlockRules {
    private let version: Int
    private let network: UInt64
    private let hidden: HiddenFolders
    private let places: [(place: Descriptor, rights: UInt64)]

    init(
        _ plan: SandboxPlan, executable: CheckedExecutable, write: [Descriptor], read: [Descriptor]?, hiding hidden: HiddenFolders
    ) {
        let all = Landlock.files(plan.landlock)
        version = plan.landlock
        network = plan.network == .withoutTCP ? Landlock.tcp : 0
        self.hidden = hidden
        let system = read == nil ? ["/"] : Landlock.systemFolders
        places =
            system.compactMap { Descriptor(place: $0) }.map { ($0, Landlock.read) }
            + Landlock.devices.compactMap { Descriptor(place: $0) }.map { ($0, all & Landlock.ofFiles & ~1) }
            + (read ?? []).map { ($0, Landlock.read) } + write.map { ($0, all) } + [(executable.file, Landlock.read)]
    }

    /// Nil with errno set if the kernel refuses.
    func ruleset() -> Descriptor? {
        let scopes = version >= Landlock.scopesSince ? Landlock.scopes : 0
        guard let ruleset = Descriptor(checked: deskbridge_landlock_ruleset(Landlock.files(version), network, scopes)) else { return nil }
        for (place, rights) in places {
            guard let path = Self.path(of: place) else { return nil }
            if hidden.hide(path) { continue }
            if hidden.lieBeneath(path) {
                takeApart(place.number, path, rights, ruleset)
            } else if !allow(place.number, rights, ruleset) {
                return nil
            }
        }
        return ruleset
    }

    private func allow(_ place: CInt, _ rights: UInt64, _ ruleset: Descriptor) -> Bool {
        var status = stat()
        let isFolder = fstat(place, &status) == 0 && status.isKind(S_IFDIR)
        let rights = (isFolder ? rights : rights & Landlock.ofFiles) & Landlock.files(version)
        return deskbridge_landlock_allow(ruleset.number, place, rights) == 0
    }

    /// What cannot be looked at gets no rule: nothing is lost but access to it.
    private func takeApart(_ place: CInt, _ path: String, _ rights: UInt64, _ ruleset: Descriptor) {
        _ = allow(place, rights & Landlock.list, ruleset)
        let number = openat(place, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard number >= 0 else { return }
        guard let folder = fdopendir(number) else {
            close(number)
            return
        }
        defer { closedir(folder) }
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
            }
            // What a link leads to has its own place.
            guard name != ".", name != "..", entry.pointee.d_type != UInt8(DT_LNK) else { continue }
            let inner = path == "/" ? "/" + name : path + "/" + name
            if hidden.hide(inner) { continue }
            let child = openat(number, name, deskbridge_open_place | O_NOFOLLOW | O_CLOEXEC)
            guard child >= 0 else { continue }
            defer { close(child) }
            if hidden.lieBeneath(inner) { takeApart(child, inner, rights, ruleset) } else { _ = allow(child, rights, ruleset) }
        }
    }

    /// Where an open place lies, without links (proc_pid_fd(5)).
    private static func path(of place: Descriptor) -> String? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/fd/\(place.number)", &buffer, buffer.count)
        return count > 0 ? String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self) : nil
    }
}
