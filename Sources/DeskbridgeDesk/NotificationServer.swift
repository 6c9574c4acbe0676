import DBus

/// The program that shows notifications on the desktop, `org.freedesktop.Notifications`, as it runs now.
struct NotificationServer: Sendable {
    static let name = "org.freedesktop.Notifications"
    private static let path = "/org/freedesktop/Notifications"
    /// A desktop that takes longer is no help; the event waits anyway.
    private static let patience = Duration.seconds(5)

    private let connection: BusConnection
    /// Its unique name: signals of others are none of its.
    let owner: String
    let traits: ServerTraits
    /// Tells this run of the server from every other one, on whatever bus: numbers of notifications mean something only to it.
    let key: String

    /// Asks it what it can do.
    /// - Parameter owner: its unique name.
    init(at owner: String, on connection: BusConnection) async throws {
        let capabilities = try await connection.call(Self.call("GetCapabilities", of: owner))
        guard case .array(_, let names)? = capabilities.first else {
            throw BusError(.errorReply, name: BusError.Name.failed, "GetCapabilities returned no list")
        }
        let bus = try await connection.call(BusCall(destination: .bus, path: .bus, interface: .bus, member: MemberName("GetId")))
        self.connection = connection
        self.owner = owner
        traits = ServerTraits(capabilities: names.compactMap { if case .string(let name) = $0 { name } else { nil } })
        key = (bus.first.flatMap { if case .string(let id) = $0 { id } else { nil } } ?? "") + "/" + owner
    }

    /// Its signals and those of whoever follows it.
    static var signals: SignalMatch {
        get throws { SignalMatch(sender: try BusName(name), interface: try InterfaceName(name)) }
    }

    /// Has the bus start it, if it knows how.
    static func start(on connection: BusConnection) async throws {
        _ = try await connection.call(
            BusCall(
                destination: .bus, path: .bus, interface: .bus, member: MemberName("StartServiceByName"),
                arguments: [.string(name), .uint32(0)], timeout: patience))
    }

    /// - Returns: its number.
    func show(_ notification: Notification, replacing replaced: UInt32) async throws -> UInt32 {
        let reply = try await connection.call(Self.call("Notify", of: owner, notification.arguments(replacing: replaced)))
        guard case .uint32(let id)? = reply.first, id != 0 else {
            throw BusError(.errorReply, name: BusError.Name.failed, "Notify returned no number")
        }
        return id
    }

    func close(_ id: UInt32) async throws { _ = try await connection.call(Self.call("CloseNotification", of: owner, [.uint32(id)])) }

    /// Addressed to the run that we know: another one must not get what was meant for it.
    private static func call(_ member: String, of owner: String, _ arguments: [BusValue] = []) throws -> BusCall {
        try BusCall(
            destination: BusName(owner), path: ObjectPath(path), interface: InterfaceName(name), member: MemberName(member),
            arguments: arguments, timeout: patience, startsService: false)
    }
}

/// What a notification server tells of its notifications.
enum ServerSignal: Sendable, Equatable {
    case invoked(UInt32, action: String)
    case closed(UInt32)

    /// Nil for signals that are not about this.
    init?(_ signal: BusSignal) {
        guard case .uint32(let id)? = signal.arguments.first else { return nil }
        switch signal.member.text {
        case "ActionInvoked":
            guard signal.arguments.count == 2, case .string(let action) = signal.arguments[1] else { return nil }
            self = .invoked(id, action: action)
        case "NotificationClosed": self = .closed(id)
        default: return nil
        }
    }
}
