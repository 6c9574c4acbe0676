import DBus
import DeskbridgeTestSupport
import Testing

extension BusConnection {
    /// The unique name of who owns the name.
    func owner(of name: String) async throws -> String? {
        guard case .string(let owner)? = try await call(.bus("GetNameOwner", [.string(name)])).first else { return nil }
        return owner
    }

    /// How many match rules this connection has, as the bus counts them.
    func rules() async throws -> Int {
        let all = try await call(
            BusCall(
                destination: .bus, path: .bus, interface: InterfaceName("org.freedesktop.DBus.Debug.Stats"),
                member: MemberName("GetAllMatchRules")))
        guard case .array(_, let connections)? = all.first else { throw BusError(.invalid, name: "test", "no rules: \(all)") }
        return connections.reduce(0) { count, entry in
            guard case .entry(_, .array(_, let rules)) = entry else { return count }
            return count + rules.count
        }
    }

    /// The unique name of this connection, as the peer sees it.
    func uniqueName(seenBy peer: BusPeer) async throws -> String {
        guard case .string(let name)? = try await call(.peer("Sender")).first else {
            throw BusError(.invalid, name: "test", "the peer does not say")
        }
        return name
    }
}
