import DeskbridgeCore
import DeskbridgeTestSupport
import Testing

/// The commands against a running daemon.
@Suite(.timeLimit(.minutes(5)))
struct CommandLineTests {
    @Test func sendShowsTheConfirmationAndRunsNothingTwice() async throws {
        try await withBridge(.samples) { bridge in
            let words = ["send", "CREATE_RESOURCE", "--set", "name=Project_001", "--set", "user=John", "--key", "k1", "--format", "json"]
            let first = try await bridge.home.command(words)
            #expect(first.code == 0)
            #expect(first.json?["state"] == "succeeded")
            #expect(first.json?["confirmation"]?["payload"]?["path"] == .string("\(bridge.home.user)/Projects/Project_001"))
            let again = try await bridge.home.command(words)
            #expect(again.code == 0)
            #expect(again.json?["confirmation"] == first.json?["confirmation"])
            let other = try await bridge.command("send", "CREATE_RESOURCE", "--set", "name=Other", "--set", "user=John", "--key", "k1")
            #expect(other.code == 65)
            #expect(other.output.isEmpty)
            #expect(other.errors.contains("key"))
        }
    }

    @Test func sendShowsOutputWhileTheEventRuns() async throws {
        var files = BridgeFiles.samples
        files.programs["work"] = """
            #!/bin/sh
            \(Turnstile.shellFunction)
            echo "first line"
            stop_at $ROOT/gate
            echo "second line"
            """
        try await withBridge(files) { bridge in
            let gate = try bridge.home.turnstile("gate")
            let send = try bridge.home.launch(["send", "WORK"])
            let visitor = try await gate.arrival()
            #expect(await send.errors.first { $0.contains("first line") } != nil, "shown before the event has ended")
            visitor.pass()
            let result = try await send.result()
            #expect(result.exit == .code(0))
            #expect(result.errors.contains("second line"))
            #expect(result.output.contains("WORK_DONE"))
        }
    }

    @Test func exitCodesSayWhatBecameOfAnEvent() async throws {
        var files = BridgeFiles.samples
        files.policies["00-first"] = #"rules: [{deny: [CREATE_RESOURCE], clients: [local]}]"#
        files.actions["work"] = BridgeFiles.work("retry: {attempts: 1}")
        files.programs["work"] = "#!/bin/sh\necho broken >&2\nexit 3\n"
        try await withBridge(files) { bridge in
            #expect(try await bridge.command("send", "WORK").code == 1)
            #expect(try await bridge.command("send", "CREATE_RESOURCE", "--set", "name=A", "--set", "user=x").code == 77)
            #expect(try await bridge.command("send", "WORK", "--set", "word=NO").code == 65)
            #expect(try await bridge.command("send", "NOTHING").code == 65)
            #expect(try await bridge.command("send", "no-type").code == 64)
            #expect(try await bridge.command("queue", "show", "01936d2e-7c1a-7b5e-9d3f-0a1b2c3d4e5f").code == 1)
            try await bridge.stop()
            let unreachable = try await bridge.command("send", "WORK")
            #expect(unreachable.code == 69)
            #expect(unreachable.errors.contains("deskbridge serve"))
        }
    }

    @Test func anEventMayBeSentAgainAsANewOne() async throws {
        try await withBridge(.samples) { bridge in
            let first = try await bridge.command("send", "CREATE_RESOURCE", "--set", "name=A", "--set", "user=x", "--format", "json")
            let id = try #require(first.json?["id"]?.stringValue)
            let again = try await bridge.command("events", "replay", id, "--format", "json")
            #expect(again.code == 0, "\(again.errors)")
            #expect(again.json?["state"] == "succeeded")
            #expect(again.json?["id"] != first.json?["id"])
            #expect(again.json?["payload"] == first.json?["payload"])
        }
    }

    @Test func whatIsDroppedIsConfirmedAsFailedAndGoneFromTheQueue() async throws {
        try await withBridge(.samples) { bridge in
            let gate = try bridge.home.turnstile("gate")
            let token = try await bridge.token("dashboard")
            _ = try await bridge.post("/v1/events", event("WORK", "w"), token: token)
            let orphan = try await gate.arrival()
            try await bridge.kill()
            orphan.pass("stop")
            try await bridge.start()
            let unknown = try await bridge.command("queue", "list", "--state", "unknown", "--format", "json")
            #expect(unknown.json?["events"]?.arrayValue?.count == 1)
            #expect(try await bridge.command("queue", "drop", "last").code == 0)
            let socket = try await bridge.connect(token)
            try await socket.next("WORK_FAILED")
            let left = try await bridge.command("queue", "list", "--state", "unknown", "--format", "json")
            #expect(left.json?["events"] == [])
        }
    }

    static let refusedTokens: [[String]] = [
        ["local"], ["Dashboard"], [""], ["a b"], ["../a"], ["a", "--origin", "studio.example"],
        ["a", "--origin", "https://studio.example/"],
        ["a", "--origin", "null"], ["a", "--origin", "*"], ["a", "--expires", "soon"], ["a", "--rate", "fast"],
    ]

    @Test func tokensThatCannotBeMeantAreNotMade() async throws {
        try await withBridge(.samples) { bridge in
            for words in Self.refusedTokens {
                let result = try await bridge.home.command(["token", "create"] + words)
                #expect([64, 65].contains(result.code), "\(words): \(result.code) \(result.errors)")
                #expect(result.output.isEmpty && !result.errors.isEmpty, "\(words)")
            }
            #expect(try await bridge.command("token", "list", "--format", "json").json?["tokens"] == [])
        }
    }

    @Test func anEventThatTakesLongerThanTheWaitGoesOn() async throws {
        try await withBridge(.samples) { bridge in
            let gate = try bridge.home.turnstile("gate")
            let result = try await bridge.command("send", "WORK", "--wait", "1", "--key", "w")
            #expect(result.code == 75)
            try await gate.arrival().pass()
            #expect(try await bridge.command("send", "WORK", "--wait", "30", "--key", "w").code == 0)
        }
    }

    @Test func aFirstHomeIsReadyToUse() async throws {
        let home = try TestHome()
        _ = try await home.command(["init", "--home", "\(home.root)/first"])
        try home.write("first/deskbridge.yaml", "listen: {port: 0}\n")
        let daemon = try home.launch(["serve", "--home", "\(home.root)/first"])
        #expect(await daemon.errors.first { $0.contains("bridge.listening") } != nil)
        let sent = try await home.command([
            "send", "CREATE_RESOURCE", "--set", "name=Project_001", "--set", "user=John", "--home", "\(home.root)/first",
        ])
        #expect(sent.code == 0, "\(sent.errors)")
        #expect(home.tree("user/Projects").contains { $0.hasSuffix("project-001/.git/") || $0.hasSuffix("project_001/.git/") })
        #expect(try await home.command(["doctor", "--home", "\(home.root)/first"]).code == 0)
        daemon.signal(15)
        #expect(await daemon.exit() == .code(0))
    }
}
