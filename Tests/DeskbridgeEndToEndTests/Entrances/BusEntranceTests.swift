import DeskbridgeCore
import DeskbridgeTestSupport
import Glibc
import Testing

/// The bridge as programs on the session bus see it.
@Suite(.timeLimit(.minutes(5)))
struct BusEntranceTests {
    private func withBus(
        _ files: BridgeFiles = .samples, _ body: (RunningBridge, BusClient) async throws -> Void
    ) async throws {
        let bus = try PrivateBus()
        try await withBridge(files, environment: ["DBUS_SESSION_BUS_ADDRESS": bus.address]) { bridge in
            _ = try await bridge.logged("bus.owned")
            try await body(bridge, BusClient(bus: bus, home: bridge.home))
        }
    }

    private static let payload = #"{"name":"Project_001","user":"John"}"#

    @Test func busctlSendsAnEventOnce() async throws {
        try await withBus { bridge, client in
            let first = try await client.busctl("Submit", "sss", "CREATE_RESOURCE", Self.payload, "k-1")
            #expect(first.code == 0, "\(first.errors)")
            #expect(first.json?["type"] == "ssb")
            let id = try #require(first.values.first?.stringValue)
            #expect(first.values.last == false)

            let again = try await client.busctl("Submit", "sss", "CREATE_RESOURCE", Self.payload, "k-1")
            #expect(again.values.first?.stringValue == id)
            #expect(again.values.last == true)

            let other = try await client.gdbus("Submit", "CREATE_RESOURCE", #"{"name":"Other","user":"John"}"#, "k-1")
            #expect(other.code == 0, "another program has keys of its own: \(other.errors)")
            let reused = try await client.gdbus("Submit", "CREATE_RESOURCE", Self.payload, "k-1")
            #expect(reused.errors.contains("io.github.deskbridge1.Error.KeyReused"))

            let event = try await bridge.event(id)
            #expect(event["client"] == "dbus:busctl")
            #expect(event["type"] == "CREATE_RESOURCE")
        }
    }

    @Test func theObjectDescribesItself() async throws {
        try await withBus { _, client in
            let seen = try await client.run("busctl", "--user", "introspect", BusClient.name, BusClient.path).output
            for line in [
                ".Submit method sss ssb", ".ListQueue method a{sv} aa{sv}s", ".GetEvent method s a{sv}", ".StateChanged signal ssss",
            ] {
                let words = line.split(separator: " ")
                #expect(
                    seen.split(separator: "\n").contains { $0.split(separator: " ").prefix(words.count) == words[...] },
                    "\(line) in \(seen)")
            }
            let all = try await client.run(
                "gdbus", "introspect", "--session", "--recurse", "--dest", BusClient.name, "--object-path", "/")
            #expect(all.output.contains("node /io/github/deskbridge1 {"))
            #expect(all.output.contains("Confirmed(s id,"))
        }
    }

    @Test func propertiesAreReadAndNotSet() async throws {
        try await withBus { bridge, client in
            let version = try await client.run(
                "busctl", "--user", "get-property", BusClient.name, BusClient.path, BusClient.name, "Version")
            let expected = try await bridge.status()["version"]?.stringValue ?? ""
            #expect(version.output == "s \"\(expected)\"")
            let set = try await client.run(
                "busctl", "--user", "set-property", BusClient.name, BusClient.path, BusClient.name, "Version", "s", "0")
            #expect(set.code != 0)
            let unknown = try await client.run(
                "gdbus", "call", "--session", "--dest", BusClient.name, "--object-path", BusClient.path, "--method",
                "org.freedesktop.DBus.Properties.Get", "io.github.deskbridge1", "Nonsense")
            #expect(unknown.errors.contains("org.freedesktop.DBus.Error.UnknownProperty"))
        }
    }

    @Test func policiesKnowProgramsByName() async throws {
        var files = BridgeFiles.samples
        files.policies["10-open"] = """
            rules:
              - {deny: [WORK], clients: ["dbus:gdbus"]}
              - {allow: ["*"], clients: ["dbus:*"]}
            grants:
              folders: [~/Projects]
              executables: [$BIN/work]
            """
        try await withBus(files) { _, client in
            #expect(try await client.gdbus("GetClient").output == "('dbus:gdbus',)")
            let denied = try await client.gdbus("Submit", "WORK", "{}", "k")
            #expect(denied.code == 1)
            #expect(denied.errors.contains("io.github.deskbridge1.Error.DeniedByPolicy"))
            let allowed = try await client.gdbus("Submit", "CREATE_RESOURCE", Self.payload, "k")
            #expect(allowed.code == 0, "\(allowed.errors)")
        }
    }

    private static let mistakes: [(call: [JSONValue], error: String)] = [
        (["Submit", "sss", "CREATE_RESOURCE", "{", "k"], "io.github.deskbridge1.Error.MalformedJson"),
        (["Submit", "sss", "CREATE_RESOURCE", "[]", "k"], "io.github.deskbridge1.Error.InvalidEvent"),
        (["Submit", "sss", "CREATE_RESOURCE", #"{"name":"a"}"#, "k"], "io.github.deskbridge1.Error.InvalidEvent"),
        (["Submit", "sss", "CREATE_RESOURCE", "{}", ""], "io.github.deskbridge1.Error.IdempotencyKeyRequired"),
        (["Submit", "sss", "create", "{}", "k"], "io.github.deskbridge1.Error.InvalidEvent"),
        (["Submit", "sss", "CREATE_RESOURCES", "{}", "k"], "io.github.deskbridge1.Error.UnknownEventType"),
        (["Submit", "sss", "WORK", .string(String(repeating: " ", count: 70_000)), "k"], "io.github.deskbridge1.Error.TooLarge"),
        (["Submit", "sss", "WORK", .string(String(repeating: " ", count: 700_000)), "k"], "org.freedesktop.DBus.Error.LimitsExceeded"),
        (["Submit", "ss", "WORK", "{}"], "org.freedesktop.DBus.Error.InvalidArgs"),
        (["GetEvent", "s", "00000000-0000-7000-8000-000000000000"], "io.github.deskbridge1.Error.NotFound"),
        (["GetEvent", "s", "nonsense"], "io.github.deskbridge1.Error.NotFound"),
        (["ListQueue", "a{sv}", ["states": "queued"]], "io.github.deskbridge1.Error.MalformedRequest"),
        (["ListQueue", "a{sv}", ["state": "gone"]], "io.github.deskbridge1.Error.MalformedRequest"),
        (["ListQueue", "a{sv}", ["state": 1]], "io.github.deskbridge1.Error.MalformedRequest"),
        (["ListQueue", "a{sv}", ["limit": "10"]], "io.github.deskbridge1.Error.MalformedRequest"),
        (["ListQueue", "a{sv}", ["limit": 0]], "io.github.deskbridge1.Error.MalformedRequest"),
        (["ListQueue", "a{sv}", ["limit": -2_147_483_648]], "io.github.deskbridge1.Error.MalformedRequest"),
        (["ListQueue", "a{sv}", ["after": "-1"]], "io.github.deskbridge1.Error.MalformedRequest"),
        (["ListQueue", "a{sv}", ["after": "-9223372036854775808"]], "io.github.deskbridge1.Error.MalformedRequest"),
        (["ListQueue", "a{sv}", ["after": "9223372036854775808"]], "io.github.deskbridge1.Error.MalformedRequest"),
        (["ListQueue", "a{sv}", ["after": ""]], "io.github.deskbridge1.Error.MalformedRequest"),
        (["ListQueue", "a{sv}", ["type": ""]], "io.github.deskbridge1.Error.MalformedRequest"),
        (["ListQueue", "a{sv}", ["after": "x"]], "io.github.deskbridge1.Error.MalformedRequest"),
        (["ListQueue", "a{sv}", ["client": "dashboard"]], "io.github.deskbridge1.Error.NotFound"),
        (["GetClient", "s", "x"], "org.freedesktop.DBus.Error.InvalidArgs"),
        (["Nonsense", ""], "org.freedesktop.DBus.Error.UnknownMethod"),
    ]

    @Test func eachMistakeHasItsName() async throws {
        try await withBus { bridge, client in
            let caller = try client.listener(Self.mistakes.map(\.call) + [["GetClient", ""]])
            for (call, error) in Self.mistakes {
                #expect(try await caller.next() == ["answer", error], "\(call.first?.stringValue ?? "")")
            }
            #expect(try await caller.next()[1].hasPrefix("dbus:python3"))
            #expect(try await bridge.command("events", "list", "--format", "json").json?["events"] == [])
            caller.end()
        }
    }

    @Test func theQueueIsListedAndAnEventShown() async throws {
        try await withBus { bridge, client in
            let gate = try bridge.home.turnstile("gate")
            let id = try await client.busctl("Submit", "sss", "WORK", "{}", "k-1").values.first?.stringValue
            let visitor = try await gate.arrival()
            let listed = try await client.busctl("ListQueue", "a{sv}", "0")
            #expect(listed.json?["type"] == "aa{sv}s")
            let event = listed.values.first?.arrayValue?.first
            #expect(event?["id"]?["data"]?.stringValue == id)
            #expect(event?["state"] == ["type": "s", "data": "running"])
            #expect(event?["client"] == ["type": "s", "data": "dbus:busctl"])
            #expect(event?["attempt"] == ["type": "x", "data": 1])
            #expect(event?["payload"] == ["type": "s", "data": "{}"])
            #expect(listed.values.first?.arrayValue?.count == 1)
            let others = try await client.busctl("ListQueue", "a{sv}", "1", "state", "as", "2", "queued", "failed")
            #expect(others.values == [[], ""])
            // Another program does not see it.
            #expect(try await client.gdbus("ListQueue", "{}").output == "(@aa{sv} [], '')")
            #expect(try await client.gdbus("GetEvent", id ?? "").errors.contains("io.github.deskbridge1.Error.NotFound"))
            let shown = try await client.busctl("GetEvent", "s", id ?? "")
            #expect(shown.values.first?["steps"]?["data"] == "[]")
            visitor.pass("go")
        }
    }

    @Test func signalsGoToThoseConcernedAndToNobodyElse() async throws {
        try await withBus { bridge, client in
            let spy = bridge.home.root + "/bin/spy"
            #expect(try await client.run("cp", "-L", "/usr/bin/python3", spy).code == 0)
            let watching = try client.listener([["Subscribe", ""], ["GetClient", ""]], python: spy)
            #expect(try await watching.next() == ["answer"])
            #expect(try await watching.next() == ["answer", "dbus:spy"])

            let mine = try client.listener([["Submit", "sss", "CREATE_RESOURCE", .string(Self.payload), "k-1"]])
            let heard = try await mine.untilConfirmed()
            let id = heard[0][1]
            #expect(heard[0].first == "answer", "the answer comes before any signal")
            #expect(heard.dropFirst().filter { $0[0] == "StateChanged" }.allSatisfy { $0[1] == id && $0[2] == "CREATE_RESOURCE" })
            #expect(heard.contains { $0.first == "StateChanged" && $0.last == "succeeded" })
            let confirmed = try #require(heard.last)
            #expect(Array(confirmed[1...2]) == [id, "RESOURCE_CREATED"])
            let message = try JSONParser.parse(confirmed[4])
            #expect(message["seq"]?.integerValue == Int64(confirmed[3]))
            #expect(message["payload"]?["path"] == .string("\(bridge.home.user)/Projects/Project_001"))

            // What the other program causes is the first that it hears of.
            let other = try client.listener(
                [["Submit", "sss", "CREATE_RESOURCE", #"{"name":"Other","user":"Spy"}"#, "k-1"]], python: spy)
            let others = try await watching.untilConfirmed()
            #expect(others.allSatisfy { $0[1] != id })
            _ = try await other.untilConfirmed()
            for listener in [watching, mine, other] { listener.end() }
        }
    }

    @Test func whoUnsubscribesHearsNoMore() async throws {
        try await withBus { _, client in
            let once = try client.listener([
                ["Submit", "sss", "CREATE_RESOURCE", .string(Self.payload), "k-1"], ["Unsubscribe", ""], ["GetClient", ""], ["pause"],
                ["GetEvent", "s", "nonsense"],
            ])
            // All that was sent before the answer came before it.
            while try await once.next().last?.hasPrefix("dbus:") != true {}
            let heard = try client.listener([["Submit", "sss", "CREATE_RESOURCE", #"{"name":"Two","user":"John"}"#, "k-3"]])
            _ = try await heard.untilConfirmed()
            once.goOn()
            #expect(try await once.next() == ["answer", "io.github.deskbridge1.Error.NotFound"])
            for listener in [once, heard] { listener.end() }
        }
    }

    @Test func theBusMayEndAndComeBackUnderTheBridge() async throws {
        try await withBus { bridge, client in
            let before = try await client.busctl("Submit", "sss", "CREATE_RESOURCE", Self.payload, "k-1").values.first
            for _ in 0..<2 {
                client.bus.stop()
                _ = try await bridge.logged("bus.away")
                #expect(try await bridge.status()["bus"]?["state"] == "away")
                #expect(try await bridge.command("status").output.contains("cannot be reached"))
                try client.bus.restart()
                _ = try await bridge.logged("bus.owned")
                let again = try await client.busctl("Submit", "sss", "CREATE_RESOURCE", Self.payload, "k-1")
                #expect(again.values.first == before)
                #expect(again.values.last == true)
                #expect(try await bridge.command("status").output.contains("io.github.deskbridge1 on session"))
            }
        }
    }

    @Test func aBridgeStartsWithoutABus() async throws {
        let bus = try PrivateBus()
        bus.stop()
        try await withBridge(.samples, environment: ["DBUS_SESSION_BUS_ADDRESS": bus.address]) { bridge in
            _ = try await bridge.logged("bus.away")
            #expect(try await bridge.command("send", "CREATE_RESOURCE", "--set", "name=a", "--set", "user=b").code == 0)
            try bus.restart()
            _ = try await bridge.logged("bus.owned")
            let client = BusClient(bus: bus, home: bridge.home)
            #expect(try await client.busctl("GetClient").values == ["dbus:busctl"])
            // Told once, however often it tried.
            #expect(bridge.log.all.count { $0.contains("bus.away") } == 1)
        }
        try await withBridge(.samples) { bridge in
            _ = try await bridge.logged("bus.away")
            #expect(try await bridge.status()["bus"]?["state"] == "away")
        }
    }

    @Test func aNameThatSomebodyHasIsTakenWhenItIsFree() async throws {
        let bus = try PrivateBus()
        let holder = try BusPeer(on: bus, name: BusClient.name)
        try await withBridge(.samples, environment: ["DBUS_SESSION_BUS_ADDRESS": bus.address]) { bridge in
            _ = try await bridge.logged("bus.taken")
            #expect(try await bridge.status()["bus"]?["state"] == "taken")
            #expect(try await bridge.command("status").output.contains("belongs to :1."))
            holder.end()
            _ = try await bridge.logged("bus.owned")
            #expect(try await bridge.status()["bus"]?["state"] == "owned")
        }
    }

    @Test func aBridgeKeepsOffTheBusIfToldTo() async throws {
        let bus = try PrivateBus()
        var files = BridgeFiles.samples
        files.configuration += "bus: {own: never}\n"
        try await withBridge(files, environment: ["DBUS_SESSION_BUS_ADDRESS": bus.address]) { bridge in
            let status = try await bridge.status()
            #expect(status["bus"] == ["state": "off"])
            let answer = try await BusClient(bus: bus, home: bridge.home).busctl("GetClient")
            #expect(answer.code != 0)
        }
        files.configuration = files.configuration.replacing("own: never", with: "address: \"\(bus.address)\"")
        try await withBridge(files) { bridge in
            _ = try await bridge.logged("bus.owned")
            #expect(try await bridge.status()["bus"]?["bus"] == .string(bus.address))
        }
    }

    @Test func whatOthersDoOnTheBusWakesNobody() async throws {
        try await withBus { bridge, client in
            let thread = try #require(
                try await client.run("sh", "-c", "grep -lx dbus /proc/\(bridge.pid)/task/*/comm").output.split(separator: "/").dropLast()
                    .last)
            // How often the thread went to sleep (proc_pid_status(5)); it does so each time it was woken.
            func sleeps() async throws -> String {
                try await client.run("grep", "^voluntary_ctxt_switches", "/proc/\(bridge.pid)/task/\(thread)/status").output
            }
            // Answered once all that came before it has been dealt with.
            #expect(try await client.busctl("GetClient").code == 0)
            let before = try await sleeps()
            for _ in 0..<20 {
                let names = try await client.run(
                    "busctl", "--user", "call", "org.freedesktop.DBus", "/", "org.freedesktop.DBus", "RequestName", "su",
                    "org.example.Other", "0")
                #expect(names.code == 0)
            }
            #expect(try await sleeps() == before)
        }
    }

    @Test(.enabled(if: getuid() == 0, "only root can act as another user"))
    func anotherUserIsRefused() async throws {
        try await withBus { bridge, client in
            chmod(client.bus.folder, 0o755)
            let refused = try await client.run(
                "/usr/bin/python3", "-c",
                """
                import os
                os.setuid(65534)
                import dbus.bus
                bus = dbus.bus.BusConnection(os.environ["DBUS_SESSION_BUS_ADDRESS"])
                try:
                    bus.call_blocking("\(BusClient.name)", "\(BusClient.path)", "\(BusClient.name)", "GetClient", "", ())
                except dbus.exceptions.DBusException as error:
                    print(error.get_dbus_name())
                """)
            #expect(refused.output == "io.github.deskbridge1.Error.Forbidden", "\(refused.errors)")
        }
    }
}
