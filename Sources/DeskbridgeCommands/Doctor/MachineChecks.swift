internal import CLinux
internal import DeskbridgeActions
internal import DeskbridgeCore
internal import DeskbridgeStore
internal import Glibc

/// What the computer must have: time, space, a session bus, system calls.
enum MachineChecks {
    static func all(_ home: BridgeHome, clock: WallClock) -> [Check] {
        [
            Check("Clock") { time(clock.now(), state: home.state) },
            Check("Disk space") { space(home.state) },
            Check("SQLite") { sqlite() },
            Check("Session bus") {
                sessionBus(
                    Environment.variable("DBUS_SESSION_BUS_ADDRESS"), runtimeFolder: Environment.variable("XDG_RUNTIME_DIR"))
            },
            Check("Kernel") { systemCalls() },
            Check("Sandbox") { sandbox(.ofThisMachine) },
        ]
    }

    /// Expiry, retention and retries go by the clock; one that stands before what was already written was set back.
    static func time(_ now: Timestamp, state: String) -> Finding {
        let remedy = "Set the clock, for good with: sudo timedatectl set-ntp true"
        let seconds = now.milliseconds / 1000
        // 2025-01-01: a computer without a battery starts in 1970.
        guard seconds >= 1_735_689_600 else { return .failed("it says \(now)", remedy: remedy) }
        let newest = FileFacts.names(in: state).compactMap { FileFacts("\(state)/\($0)")?.modified }.max() ?? 0
        guard newest <= seconds + 60 else {
            return .failed(
                "it says \(now), but the state folder was written \(RelativeTime.span(seconds: newest - seconds)) later", remedy: remedy)
        }
        return .passed("\(now)")
    }

    static func space(_ folder: String) -> Finding {
        var facts = statvfs()
        guard statvfs(folder, &facts) == 0 else { return .skipped("no state folder yet") }
        return space(bytes: UInt64(facts.f_bavail) * UInt64(facts.f_frsize), folder: folder)
    }

    static func space(bytes: UInt64, folder: String) -> Finding {
        let mebibytes = bytes >> 20
        let remedy = "Free some space on the disk of \(folder), or lower the retention in deskbridge.yaml."
        return switch mebibytes {
        case ..<64: .failed("\(mebibytes) MiB left", remedy: remedy)
        case ..<512: .warned("\(mebibytes) MiB left", remedy: remedy)
        case ..<10_240: .passed("\(mebibytes) MiB left")
        default: .passed("\(mebibytes >> 10) GiB left")
        }
    }

    /// Without one, only the actions that call the desktop suffer.
    static func sessionBus(_ address: String?, runtimeFolder: String?) -> Finding {
        let remedy = "Start the daemon from your desktop session, such as in a terminal window of it."
        if let address {
            // A server address is a list (D-Bus specification, "Server Addresses"); only a path can be looked at without connecting.
            let isAddress = ["unix:", "unixexec:", "tcp:", "nonce-tcp:", "autolaunch:", "systemd:"].contains(where: address.hasPrefix)
            guard isAddress else {
                return .warned("DBUS_SESSION_BUS_ADDRESS is no address of a bus: \(address.printable())", remedy: remedy)
            }
            guard address.hasPrefix("unix:path=") else { return .passed(address) }
            let path = String(address.dropFirst("unix:path=".count).prefix { $0 != "," && $0 != ";" })
            guard FileFacts(path) == nil else { return .passed(address) }
            return .warned("DBUS_SESSION_BUS_ADDRESS names \(path), which is not there", remedy: remedy)
        }
        if let runtimeFolder, FileFacts("\(runtimeFolder)/bus") != nil { return .passed("unix:path=\(runtimeFolder)/bus") }
        return .warned("DBUS_SESSION_BUS_ADDRESS is not set", remedy: remedy)
    }

    private static func sqlite() -> Finding {
        guard SQLiteLibrary.isRecentEnough else {
            return .failed("version \(SQLiteLibrary.version)", remedy: "Install version 3.37 or later (Debian: libsqlite3-0).")
        }
        return .passed("version \(SQLiteLibrary.version)")
    }

    /// Only the actions that ask for a sandbox need one.
    static func sandbox(_ support: SandboxSupport) -> Finding {
        let remedy = """
            For actions with a sandbox, install bubblewrap (Debian: bubblewrap), or use Linux 5.13 or later with Landlock turned on.
            """
        var tiers: [String] = []
        if let path = support.bubblewrap { tiers.append("bubblewrap (\(path))") }
        if support.landlock > 0 {
            let network =
                support.isolatesNetwork
                ? "network off by a namespace" : support.landlock >= 4 ? "network off for TCP only" : "cannot turn the network off"
            tiers.append("landlock (version \(support.landlock); \(network))")
        }
        guard !tiers.isEmpty else { return .warned("no tier", remedy: remedy) }
        return .passed(tiers.joined(separator: ", "))
    }

    static func systemCalls() -> Finding {
        // 0x08 is RESOLVE_BENEATH (openat2(2)).
        let folder = deskbridge_openat2(AT_FDCWD, ".", UInt64(O_DIRECTORY | O_CLOEXEC), 0, 0x08)
        if folder >= 0 { close(folder) }
        let opens = folder >= 0 || errno != ENOSYS && errno != EPERM
        // Neither name exists, so this only asks whether the call does.
        let missing = "/proc/self/deskbridge-doctor"
        let renames = deskbridge_rename_noreplace(AT_FDCWD, missing, AT_FDCWD, missing + "-2") == 0 || errno != ENOSYS && errno != EPERM
        let absent = (opens ? [] : ["openat2"]) + (renames ? [] : ["renameat2"])
        guard absent.isEmpty else {
            return .failed(
                "no \(absent.joined(separator: ", "))",
                remedy: "Use Linux 5.6 or later, and a container or sandbox that allows these system calls.")
        }
        return .passed("openat2, renameat2")
    }
}
