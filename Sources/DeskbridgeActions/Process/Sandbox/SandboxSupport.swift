import CLinux
import DeskbridgeCore
import Glibc

/// Which sandboxes this machine has.
package struct SandboxSupport: Sendable, Equatable {
    /// The version of Landlock's interface; 0 if the kernel has none.
    package let landlock: Int
    /// The path of bubblewrap, if it is there, safe, and works.
    package let bubblewrap: String?
    /// Whether a process can be given a network of its own without bubblewrap.
    package let isolatesNetwork: Bool

    package init(landlock: Int, bubblewrap: String?, isolatesNetwork: Bool) {
        self.landlock = landlock
        self.bubblewrap = bubblewrap
        self.isolatesNetwork = isolatesNetwork
    }

    /// Found out once, when first asked for: it takes a few processes, some milliseconds in all.
    package static let ofThisMachine = SandboxSupport(
        landlock: Int(deskbridge_landlock_version()), bubblewrap: workingBubblewrap(),
        isolatesNetwork: deskbridge_can_isolate_network() != 0)

    private static let bubblewrapPlaces = ["/usr/bin/bwrap", "/usr/local/bin/bwrap"]

    private static func workingBubblewrap() -> String? {
        bubblewrapPlaces.first { place in
            guard let executable = try? CheckedExecutable.open(place) else { return false }
            return isWorking(executable)
        }
    }

    /// Whether it can make the namespaces that ``BubblewrapCommand`` asks for: some systems forbid that to all but root.
    private static func isWorking(_ executable: CheckedExecutable) -> Bool {
        let arguments = ["bwrap"] + BubblewrapCommand.namespaces + ["--unshare-net", "--ro-bind", "/", "/", "--", "/bin/true"]
        guard let root = Descriptor(place: "/", O_DIRECTORY), let null = Descriptor(checked: open("/dev/null", O_RDWR | O_CLOEXEC)) else {
            return false
        }
        // This thread waits for its end, so it doesn't matter that it dies with the thread.
        let launch = ProcessLaunch(
            executable: executable, directory: root, arguments: arguments, environment: [], input: null, output: null,
            error: null)
        guard let process = try? launch.start() else { return false }
        var ending = deskbridge_ending()
        return deskbridge_reap(process.pidfd.number, &ending) == 0 && ending.by_signal == 0 && ending.number == 0
    }
}
