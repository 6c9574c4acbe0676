import DeskbridgeCore
import DeskbridgeTestSupport
import Glibc

/// Programs that use the bridge over a private bus, as people and scripts would.
struct BusClient {
    let bus: PrivateBus
    let home: TestHome

    static let name = "io.github.deskbridge1"
    static let path = "/io/github/deskbridge1"

    private var environment: [String: String] { home.environment.merging(["DBUS_SESSION_BUS_ADDRESS": bus.address]) { _, new in new } }

    func run(_ arguments: String...) async throws -> CommandResult { try await run(arguments) }

    private func run(_ arguments: [String]) async throws -> CommandResult {
        let (exit, output, errors) = try await ChildProcess(arguments, environment: environment, directory: home.root).result()
        guard case .code(let code) = exit else { throw NeverCame("an exit code of \(arguments)", instead: ["\(exit)", errors]) }
        return CommandResult(code: code, output: output, errors: errors)
    }

    /// Calls a method with busctl.
    func busctl(_ member: String, _ arguments: String...) async throws -> CommandResult {
        try await run(["busctl", "--user", "--json=short", "call", Self.name, Self.path, Self.name, member] + arguments)
    }

    /// Calls a method with gdbus, which prints the names of errors.
    func gdbus(_ member: String, _ arguments: String...) async throws -> CommandResult {
        try await run(
            ["gdbus", "call", "--session", "--dest", Self.name, "--object-path", Self.path, "--method", "\(Self.name).\(member)"]
                + arguments)
    }

    /// A program that makes calls one after the other, and then stays and listens. It writes each answer and each signal as a line of JSON.
    ///
    /// Its match lets in all signals that the bus would give to anybody.
    /// - Parameters:
    ///   - calls: member, signature, arguments; `["pause"]`, only once, waits for ``BusListener/goOn()``.
    ///   - python: another copy of the interpreter is another client.
    func listener(_ calls: [[JSONValue]], python: String = "/usr/bin/python3") throws -> BusListener {
        let process = try ChildProcess(
            [python, "-c", Self.listenerProgram],
            environment: environment.merging(["PYTHONHOME": "/usr"]) { _, new in new }, directory: home.root,
            input: JSONValue.array(calls.map { .array($0) }).text)
        return BusListener(process: process)
    }

    private static let listenerProgram = #"""
        import json, os, signal, sys
        import dbus.bus
        from dbus.mainloop.glib import DBusGMainLoop
        from gi.repository import GLib

        DBusGMainLoop(set_as_default=True)
        bus = dbus.bus.BusConnection(os.environ["DBUS_SESSION_BUS_ADDRESS"])
        calls = json.loads(sys.stdin.read())
        name = "io.github.deskbridge1"

        def say(kind, values):
            print(json.dumps([kind] + [str(value) for value in values]), flush=True)

        def heard(connection, message):
            if message.get_type() == 4 and message.get_interface() == name:
                say(message.get_member(), message.get_args_list())
            return 1

        def proceed(*values):
            say("answer", values)
            start()

        def start():
            if not calls:
                return
            if calls[0] == ["pause"]:
                if not told:
                    return
                calls.pop(0)
            member, signature, *arguments = calls.pop(0)
            bus.call_async(name, "/io/github/deskbridge1", name, member, signature, arguments, proceed,
                lambda error: proceed(error.get_dbus_name()))

        def go_on():
            told.append(True)
            start()
            return True

        told = []
        GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, signal.SIGUSR1, go_on)
        bus.add_message_filter(heard)
        bus.add_match_string("type='signal'")
        start()
        GLib.MainLoop().run()
        """#
}

/// What ``BusClient/listener(_:python:)`` hears.
struct BusListener {
    let process: ChildProcess

    /// The next line that nobody took yet: `answer`, or the name of the signal, and then the values.
    func next() async throws -> [String] {
        guard let line = await process.output.first() else { throw NeverCame("an answer or a signal", instead: process.errors.all) }
        return (try JSONParser.parse(line).arrayValue ?? []).compactMap(\.stringValue)
    }

    /// All up to the first confirmation, with that.
    func untilConfirmed() async throws -> [[String]] {
        var all: [[String]] = []
        while all.last?.first != "Confirmed" { all.append(try await next()) }
        return all
    }

    /// Ends the pause. The answer to the call before must have come.
    func goOn() { process.signal(SIGUSR1) }

    func end() { process.signal(SIGKILL) }
}

extension CommandResult {
    /// The values of an answer that `busctl --json` printed.
    var values: [JSONValue] { json?["data"]?.arrayValue ?? [] }
}
