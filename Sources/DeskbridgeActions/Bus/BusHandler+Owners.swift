import DBus

extension BusHandler {
    /// The unique name of the connection that owns a name now; nil if nobody does.
    func owner(of name: BusName, on bus: BusAddress, timeout: Duration) async throws(BusError) -> String? {
        do throws(BusError) {
            let reply = try await connection(to: bus).call(.bus("GetNameOwner", [.string(name.text)], timeout: timeout))
            guard case .string(let owner)? = reply.first else { return nil }
            return owner
        } catch  where error.kind == .errorReply && error.name == BusError.Name.nameHasNoOwner {
            return nil
        }
    }

    /// Forgets what a peer said of itself once it leaves the bus, or the bus goes: after that its name may be another's.
    func forgetWhenGone(_ peer: BusDescriptions.Peer) {
        guard let name = try? BusName(peer.owner), let watch = try? connection(to: peer.bus).watch(name) else {
            descriptions.forget(peer)
            return
        }
        Task { [descriptions] in
            defer { descriptions.forget(peer) }
            for try await owner in watch where owner != .owned(by: peer.owner) { return }
        }
    }
}

extension BusCall {
    /// A call of the bus itself (D-Bus Specification, "Message Bus Messages").
    static func bus(_ member: String, _ arguments: [BusValue], timeout: Duration) throws(BusError) -> BusCall {
        guard let name = try? BusName("org.freedesktop.DBus"), let path = try? ObjectPath("/org/freedesktop/DBus"),
            let interface = try? InterfaceName("org.freedesktop.DBus"), let member = try? MemberName(member)
        else { throw BusError(.invalid, name: BusError.Name.invalidArgs, "\(member) is no method of a bus") }
        return try BusCall(
            destination: name, path: path, interface: interface, member: member, arguments: arguments, timeout: timeout,
            startsService: false)
    }
}
