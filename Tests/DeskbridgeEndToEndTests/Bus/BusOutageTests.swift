import DeskbridgeCore
import DeskbridgeTestSupport
import Foundation
import Testing

/// The bus is killed and started again while events are on their way.
@Suite(.timeLimit(.minutes(3)))
struct BusOutageTests {
    /// Keeps a book of keys, each once, in `$ROOT/book`; tells of each call on its output.
    private static let bookkeeper = """
        import os, sys, dbus, dbus.bus, dbus.service
        from dbus.mainloop.glib import DBusGMainLoop
        from gi.repository import GLib
        DBusGMainLoop(set_as_default=True)
        bus = dbus.bus.BusConnection(os.environ["DBUS_SESSION_BUS_ADDRESS"])
        bus.call_on_disconnection(lambda connection: os._exit(0))
        calls = os.open("$ROOT/calls", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        book = os.open("$ROOT/book", os.O_RDWR | os.O_CREAT | os.O_APPEND)
        known = set(os.read(book, 1 << 20).decode().split())
        class Book(dbus.service.Object):
            @dbus.service.method("org.example.Book", in_signature="s", out_signature="u")
            def Enter(self, key):
                os.write(calls, (key + "\\n").encode())
                if key not in known:
                    os.write(book, (key + "\\n").encode())
                    known.add(key)
                print(key, flush=True)
                return len(known)
        Book(bus, "/org/example/Book")
        bus.request_name("org.example.Book")
        print("ready", flush=True)
        GLib.MainLoop().run()
        """

    private static func files(_ more: String) -> BridgeFiles {
        BridgeFiles(
            configuration: "limits: {rate: 100000/10s}\ndispatch: {running: 8}\n",
            actions: [
                "enter": """
                action: enter
                on: ENTER
                confirm: ENTERED
                parameters: {}
                steps:
                  - id: enter
                    dbus:
                      bus: session
                      destination: org.example.Book
                      path: /org/example/Book
                      interface: org.example.Book
                      member: Enter
                      signature: s
                      arguments: ["{event.idempotencyKey}"]
                      waitFor: name
                    \(more)
                result: {count: "{steps.enter.reply.0}"}
                retry: {attempts: 5, initial: 50ms}
                """
            ],
            policies: [
                "open": """
                rules: [{allow: ["*"], clients: ["*"]}]
                grants: {dbus: [session org.example.Book org.example.Book.Enter]}
                """
            ],
            programs: ["bookkeeper.py": bookkeeper])
    }

    private static func start(on bridge: RunningBridge, _ bus: PrivateBus) async throws -> ChildProcess {
        let process = try ChildProcess(
            ["/usr/bin/python3", bridge.home.programs + "/bookkeeper.py"], environment: ["DBUS_SESSION_BUS_ADDRESS": bus.address])
        guard await process.output.first() == "ready" else { throw NeverCame("the bookkeeper", instead: process.errors.all) }
        return process
    }

    @Test(arguments: [true, false])
    func noneOfAHundredCallsIsLostOrDoubled(isSafeToRepeat: Bool) async throws {
        let bus = try PrivateBus()
        try await withBridge(
            Self.files(isSafeToRepeat ? "safeToRepeat: true" : ""), environment: ["DBUS_SESSION_BUS_ADDRESS": bus.address]
        ) { bridge in
            let token = try await bridge.token("dashboard")
            let first = try await Self.start(on: bridge, bus)
            let keys = (0..<100).map { "key-\($0)" }
            let finals = try await withThrowingTaskGroup(of: (String, JSONValue?).self) { group in
                for key in keys {
                    group.addTask { (key, try await bridge.postAndWait(event("ENTER", key), token: token).json) }
                }
                for _ in 0..<30 { _ = await first.output.first() }
                bus.stop()
                guard await first.exit() != nil else { throw NeverCame("the end of the bookkeeper", instead: first.errors.all) }
                // Without a bus all that is left waits, and none of it uses up its attempts.
                _ = try await bridge.logged("attempt.ended")
                try bus.restart()
                _ = try await Self.start(on: bridge, bus)
                return try await group.reduce(into: [String: JSONValue]()) { $0[$1.0] = $1.1 }
            }

            let states = finals.mapValues { $0["state"]?.stringValue ?? "?" }
            #expect(states.count == 100)
            let calls = Dictionary(grouping: bridge.home.lines("calls"), by: \.self).mapValues(\.count)
            let book = bridge.home.lines("book")
            #expect(Set(book).count == book.count)
            for (key, state) in states {
                switch state {
                case "succeeded": #expect(book.contains(key), "\(key)")
                // Nobody knows whether the call that was under way arrived, and a second one might have done harm.
                case "unknown": #expect(!isSafeToRepeat, "\(finals[key]?.text ?? "")")
                default: Issue.record("\(key) is \(state): \(finals[key]?.text ?? "")")
                }
                if !isSafeToRepeat { #expect(calls[key, default: 0] <= 1, "\(key)") }
            }
            #expect(states.values.count { $0 == "unknown" } <= 8)
            if isSafeToRepeat { #expect(Set(book) == Set(keys)) }
        }
    }

    /// Waits that begin without a bus, go on without the bridge, and end when both are back.
    @Test func whatWaitsOutlivesBridgeAndBus() async throws {
        let bus = try PrivateBus()
        try await withBridge(Self.files(""), environment: ["DBUS_SESSION_BUS_ADDRESS": bus.address]) { bridge in
            let token = try await bridge.token("dashboard")
            var ids: [String] = []
            for number in 0..<10 {
                if number == 5 { bus.stop() }
                let answer = try await bridge.post("/v1/events", event("ENTER", "key-\(number)"), token: token)
                ids.append(try #require(answer.json?["id"]?.stringValue))
                _ = try await bridge.logged("attempt.ended")
            }
            for id in ids {
                let shown = try await bridge.event(id)
                #expect(shown["state"] == "waiting", "\(shown.text)")
            }
            try await bridge.kill()
            try bus.restart()
            try await bridge.start()
            _ = try await Self.start(on: bridge, bus)
            for number in 0..<10 {
                let final = try await bridge.postAndWait(event("ENTER", "key-\(number)"), token: token)
                #expect(final.json?["state"] == "succeeded", "\(final.text)")
                #expect(final.json?["id"]?.stringValue == ids[number])
            }
            #expect(bridge.home.lines("calls").sorted() == (0..<10).map { "key-\($0)" })
        }
    }

    @Test func aWaitEndsWithTheTimeToLive() async throws {
        let bus = try PrivateBus()
        var files = Self.files("")
        files.actions["enter"]? += "\nexpires: 1s\n"
        try await withBridge(files, environment: ["DBUS_SESSION_BUS_ADDRESS": bus.address]) { bridge in
            let final = try await bridge.postAndWait(event("ENTER", "k"), token: try await bridge.token("dashboard"))
            #expect(final.json?["state"] == "expired", "\(final.text)")
            #expect(final.json?["confirmation"]?["type"] == "ENTER_FAILED")
            #expect(final.json?["confirmation"]?["error"]?["message"]?.stringValue?.contains("org.example.Book") == true, "\(final.text)")
        }
    }
}
