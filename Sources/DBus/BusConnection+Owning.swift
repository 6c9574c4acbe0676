/// How it stands with a name that we want to own.
package enum NameHolding: Sendable, Hashable {
    /// The bus cannot be reached. The connection keeps trying, and asks for the name when it is back.
    case busAway
    case held
    /// Somebody else has it; it is asked for again when that one gives it up.
    /// - Parameter 0: the unique name of the owner.
    case taken(by: String)
    /// The bus does not let us have it. It is asked for again when its owner changes or the bus comes back.
    case refused(BusError)
}

extension BusConnection {
    /// Owns a name until the task is cancelled, through loss and return of the bus; then gives it back.
    ///
    /// It never queues for the name nor takes it from its owner (D-Bus Specification, "org.freedesktop.DBus.RequestName").
    /// - Parameter tell: told how it stands at first and each time that changes.
    /// - Throws: ``BusError`` of kind `cancelled` at the end, or another if the connection was shut down or the bus refuses to be watched.
    package func own(_ name: BusName, tell: @Sendable (NameHolding) async -> Void) async throws(BusError) {
        defer { self.tell(.release(name)) }
        var told: NameHolding?
        for try await owner in watch(name) {
            guard let holding = try await holding(name, owner), holding != told else { continue }
            told = holding
            await tell(holding)
        }
    }

    /// Nil if the connection was lost meanwhile; the watch has more to say then.
    private func holding(_ name: BusName, _ owner: NameOwner) async throws(BusError) -> NameHolding? {
        if owner == .busAway { return .busAway }
        do throws(BusError) {
            let reply = try await call(.requestName(name))
            switch reply.first {
            case .uint32(Self.isPrimaryOwner)?, .uint32(Self.isAlreadyOwner)?: return .held
            default:
                // Nobody had it a moment ago, so the watch will name the one who has it now.
                guard case .owned(let owner) = owner else { return nil }
                return .taken(by: owner)
            }
        } catch {
            switch error.kind {
            case .notSent, .disconnected: return nil
            case .cancelled: throw error
            case .errorReply, .noReply, .invalid, .overrun: return .refused(error)
            }
        }
    }

    // DBUS_REQUEST_NAME_REPLY_* in dbus-shared.h, which Swift sees as signed.
    private static let isPrimaryOwner: UInt32 = 1
    private static let isAlreadyOwner: UInt32 = 4
}

extension BusCall {
    private static let doNotQueue: UInt32 = 4

    fileprivate static func requestName(_ name: BusName) throws(BusError) -> BusCall {
        try BusCall(
            destination: .bus, path: .bus, interface: .bus, member: .requestName, arguments: [.string(name.text), .uint32(doNotQueue)])
    }
}
