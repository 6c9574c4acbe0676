import DeskbridgeActions
import DeskbridgeCore
import Glibc
import NIOCore

/// Checks who is at the other end of the control socket, though its mode lets only the owner in: the programs of steps run as the owner too.
enum PeerCheck {
    /// `struct ucred` of unix(7), which the C library only shows to GNU sources.
    private struct Credentials {
        let pid: pid_t
        let uid: uid_t
        let gid: gid_t
    }

    /// `SO_PEERPIDFD` (Linux 6.5), which the headers of an older system lack. The number is the same on all architectures that Swift knows.
    private static let peerPidfd: CInt = 77

    /// - Throws: `forbidden` unless the peer runs as the same user as the bridge (unix(7), `SO_PEERCRED`) and no step has started it as far
    ///   as the kernel tells; or runs as root.
    static func demandOwner(of channel: any Channel) async throws {
        guard let provider = channel as? any SocketOptionProvider else { throw untold }
        let peer: Credentials = try await provider.unsafeGetSocketOption(level: .socket, name: .init(rawValue: SO_PEERCRED)).get()
        guard peer.uid == getuid() || peer.uid == 0 else {
            throw Problem(.forbidden, "The control socket belongs to another user.")
        }
        // Root may do all that anybody may. What is root in a user namespace only is shown as who made it.
        if peer.uid == 0, getuid() != 0 { return }
        let pidfd = try await Self.pidfd(of: provider)
        let found: ProcessStanding? = await BlockingCalls.run { standing(of: peer.pid, pidfd) }
        switch found {
        case .other?: return
        case .ofStep?: throw ofStep
        case .confined(let why)?: throw confined(why)
        case nil: throw untold
        }
    }

    /// A reference to the very process that connected, to be closed.
    /// - Returns: nil on a kernel that has none.
    private static func pidfd(of provider: any SocketOptionProvider) async throws -> CInt? {
        do {
            let number: CInt = try await provider.unsafeGetSocketOption(level: .socket, name: .init(rawValue: peerPidfd)).get()
            return number
        } catch let error as IOError {
            guard error.errnoCode == ENOPROTOOPT else { throw untold }
            return nil
        }
    }

    private static func standing(of process: pid_t, _ pidfd: CInt?) -> ProcessStanding? {
        defer { if let pidfd { close(pidfd) } }
        let folder = open("/proc/\(process)", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { return nil }
        defer { close(folder) }
        guard let (standing, _) = ProcessStanding.read(folder) else { return nil }
        guard let pidfd else { return standing }
        // One that has not ended by now had its number all the time (pidfd_open(2): it can be read from once the process has ended).
        var descriptor = pollfd(fd: pidfd, events: Int16(POLLIN), revents: 0)
        return poll(&descriptor, 1, 0) == 0 ? standing : nil
    }

    static let ofStep = Problem(
        .forbidden,
        """
        A step of the bridge has started this program, and only the person at the desk has the rights of the owner. Let the program \
        sign in at the port with a token of its own (`deskbridge token create NAME`), and say in a policy what it may do.
        """)

    static func confined(_ why: ProcessStanding.Confinement) -> Problem {
        Problem(
            .forbidden,
            """
            This program is confined: \(why.rawValue). So are those that the bridge runs in sandboxes, and nobody can tell it from them. Run \
            `deskbridge` in a terminal outside of the sandbox or container, or sign in at the port with a token.
            """)
    }

    private static let untold = Problem(
        .forbidden, "The kernel does not tell which program asks: it has ended, or hides itself. Ask again, and stay for the answer.")
}
