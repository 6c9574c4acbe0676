import DBus
import DeskbridgeActions
import DeskbridgeCore
import DeskbridgeEngine
import Glibc

/// Finds out which program a connection on the bus belongs to.
struct BusCallers: Sendable {
    let connection: BusConnection

    /// - Throws: ``Problem``: `forbidden` for another user and for what a step has started, `unauthenticated` if nobody can tell who it is.
    func identify(_ sender: BusName) async throws(Problem) -> Identity {
        let credentials = try await ask(MemberName(valid: "GetConnectionCredentials"), sender)
        guard case .array(_, let entries)? = credentials.first else { throw Self.unknown }
        func number(_ name: String) -> UInt32? {
            for case .entry(.string(name), .variant(.uint32(let number))) in entries { return number }
            return nil
        }
        guard let user = number("UnixUserID"), user == getuid() else {
            throw Problem(.forbidden, "Only programs of the user that the bridge runs as may use it over D-Bus.")
        }
        guard let pid = number("ProcessID"), let process = await BlockingCalls.run({ CallerProcess.read(pid) }), let client = process.client
        else { throw Self.unknown }
        try Self.refuseSteps(process)
        // A sender that is still there has not ended, and so its number was not given to another process meanwhile.
        guard try await ask(MemberName(valid: "NameHasOwner"), sender).first == .boolean(true) else { throw Self.unknown }
        return Identity(client: client)
    }

    /// What steps start has no name of its own here: it would act under that of any program it can be.
    ///
    /// A service may be confined by its own unit, and is then in control groups of its own.
    private static func refuseSteps(_ process: CallerProcess) throws(Problem) {
        switch process.standing {
        case .ofStep?: throw PeerCheck.ofStep
        case .confined(let why)? where process.sharesGroup: throw PeerCheck.confined(why)
        case .other?, .confined?, nil: return
        }
    }

    private func ask(_ member: MemberName, _ sender: BusName) async throws(Problem) -> [BusValue] {
        do throws(BusError) {
            return try await connection.call(
                BusCall(destination: .bus, path: .bus, interface: .bus, member: member, arguments: [.string(sender.text)]))
        } catch {
            throw Self.unknown
        }
    }

    private static let unknown = Problem(.unauthenticated, "The bus and the kernel do not tell which program asks.")
}
