import DBus
import DeskbridgeTestSupport
import Synchronization

/// A desktop of its own for a test: a private bus with the notification server of python3-dbusmock, and a person who answers.
final class MockDesktop: Sendable {
    /// One call of `Notify`.
    struct Shown: Sendable {
        let number: UInt32
        let replaced: UInt32
        let title: String
        let body: String
        let actions: [String]
        let timeout: Int32
    }

    let bus: PrivateBus
    let shown = Mailbox<Shown>()
    let closed = Mailbox<UInt32>()
    let person: BusConnection
    private let server = Mutex<ChildProcess?>(nil)
    private let capabilities: String

    init(capabilities: String = "actions body body-markup") throws {
        bus = try PrivateBus()
        person = BusConnection(to: try BusAddress(bus.address))
        self.capabilities = capabilities
    }

    /// Runs `body` with the desktop; the server runs first.
    func running(_ body: () async throws -> Void) async throws {
        try await startServer()
        try await body()
        await stopServer()
        await person.shutdown()
    }

    /// Returns once the server has its name and its calls are heard.
    func startServer() async throws {
        let process = try ChildProcess(
            [
                "/usr/bin/python3", "-m", "dbusmock", "--session", "--template", "notification_daemon", "--parameters",
                #"{"capabilities": "\#(capabilities)"}"#,
            ], environment: ["DBUS_SESSION_BUS_ADDRESS": bus.address, "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"])
        server.withLock { $0 = process }
        let calls = try await person.subscribe(
            to: SignalMatch(interface: InterfaceName("org.freedesktop.DBus.Mock"), member: MemberName("MethodCalled")))
        for try await owner in person.watch(try BusName("org.freedesktop.Notifications")) {
            if case .owned = owner { break }
        }
        _ = Task { [shown, closed] in
            // The mock counts from 1 whenever it starts.
            var next: UInt32 = 1
            for try await call in calls { Self.take(call, &next, shown, closed) }
        }
    }

    /// Kills it, and waits until it is gone.
    func stopServer() async {
        let process = server.withLock { server in
            defer { server = nil }
            return server
        }
        process?.signal(9)
        _ = await process?.exit()
    }

    private static func take(_ call: BusSignal, _ next: inout UInt32, _ shown: Mailbox<Shown>, _ closed: Mailbox<UInt32>) {
        guard call.arguments.count == 2, case .string(let name) = call.arguments[0], case .array(_, let values) = call.arguments[1] else {
            return
        }
        let arguments = values.map { if case .variant(let value) = $0 { value } else { $0 } }
        switch name {
        case "Notify":
            guard case .uint32(let replaced) = arguments[1], case .string(let title) = arguments[3], case .string(let body) = arguments[4],
                case .array(_, let actions) = arguments[5], case .int32(let timeout) = arguments[7]
            else { return }
            shown.put(
                Shown(
                    number: replaced == 0 ? next : replaced, replaced: replaced, title: title, body: body,
                    actions: actions.compactMap { if case .string(let action) = $0 { action } else { nil } }, timeout: timeout))
            if replaced == 0 { next += 1 }
        case "CloseNotification":
            if case .int32(let number) = arguments[0] { closed.put(UInt32(clamping: number)) }
            if case .uint32(let number) = arguments[0] { closed.put(number) }
        default: return
        }
    }

    /// What is shown next.
    func next() async throws -> Shown {
        guard let next = await shown.first() else { throw NeverCame("a notification", instead: []) }
        return next
    }

    /// Presses a button, or whatever the server takes for one.
    func press(_ action: String, on number: UInt32) async throws {
        try await emit("ActionInvoked", "us", [.variant(.uint32(number)), .variant(.string(action))])
    }

    /// Puts a notification aside (reason 2 of the specification).
    func dismiss(_ number: UInt32) async throws {
        try await emit("NotificationClosed", "uu", [.variant(.uint32(number)), .variant(.uint32(2))])
    }

    private func emit(_ name: String, _ signature: String, _ arguments: [BusValue]) async throws {
        _ = try await person.call(
            BusCall(
                destination: BusName("org.freedesktop.Notifications"), path: ObjectPath("/org/freedesktop/Notifications"),
                interface: InterfaceName("org.freedesktop.DBus.Mock"), member: MemberName("EmitSignal"),
                arguments: [
                    .string("org.freedesktop.Notifications"), .string(name), .string(signature), .array(of: .variant, arguments),
                ]))
    }
}
