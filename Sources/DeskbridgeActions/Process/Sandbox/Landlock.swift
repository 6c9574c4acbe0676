import CLinux
import DeskbridgeCore
import Glibc

/// Rights and rulesets of the kernel's Landlock (landlock(7), linux/landlock.h). The interface has versions; the rights of a later one
/// mean nothing to an earlier kernel and are left out.
enum Landlock {
    /// TCP (Linux 6.7).
    static let networkSince = 4
    /// Signals and abstract sockets to the outside (Linux 6.12).
    static let scopesSince = 6

    /// LANDLOCK_ACCESS_FS_EXECUTE, READ_FILE and READ_DIR.
    static let read: UInt64 = 1 << 0 | 1 << 2 | 1 << 3
    /// LANDLOCK_ACCESS_FS_READ_DIR.
    static let list: UInt64 = 1 << 3
    /// EXECUTE, WRITE_FILE, READ_FILE, TRUNCATE and IOCTL_DEV: what a rule for a file that is no folder may name.
    static let ofFiles: UInt64 = 1 << 0 | 1 << 1 | 1 << 2 | 1 << 14 | 1 << 15
    /// LANDLOCK_ACCESS_NET_BIND_TCP and CONNECT_TCP.
    static let tcp: UInt64 = 1 << 0 | 1 << 1
    /// LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET and SIGNAL.
    static let scopes: UInt64 = 1 << 0 | 1 << 1

    /// All rights for files that a version knows: 13 in the first, REFER, TRUNCATE, none, IOCTL_DEV.
    static func files(_ version: Int) -> UInt64 {
        let count =
            switch version {
            case ..<2: 13
            case 2: 14
            case 3, 4: 15
            default: 16
            }
        return (1 << UInt64(count)) - 1
    }

    /// Where programs and what they need lie, with their settings. Nothing of a person's.
    static let systemFolders = [
        "/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/etc", "/opt", "/nix", "/proc", "/sys", "/dev",
    ]
    /// What nearly every program writes to.
    static let devices = ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty", "/dev/ptmx", "/dev/pts"]

    /// What is added to bubblewrap, which rules files by its mounts and could not mount them under rules of Landlock: signals and
    /// abstract sockets.
    static func scopesOnly() -> Descriptor? { Descriptor(checked: deskbridge_landlock_ruleset(0, 0, scopes)) }
}
