import DeskbridgeCore
import DeskbridgeTestSupport
import Testing

/// Events that are ended before they ended by themselves.
@Suite(.timeLimit(.minutes(5)))
struct CancelTests {
    @Test func aQueuedEventIsCancelledAtOnce() async throws {
        try await withBridge(.working(configuration: "dispatch: {running: 1}\n")) { bridge in
            let gate = try bridge.home.turnstile("gate")
            let token = try await bridge.token("dashboard")
            let socket = try await bridge.connect(token)
            socket.send(event("WORK", "first", ["word": "first"]))
            let visitor = try await gate.arrival()
            socket.send(event("WORK", "second", ["word": "second"]))
            let id = try #require(try await socket.next("accepted", ["idempotencyKey": "second"])["id"]?.stringValue)
            let answer = try await bridge.request("POST", "/v1/events/\(id)/cancel", token: token)
            #expect(answer.status == 200)
            #expect(answer.json?["state"] == "cancelled")
            let failure = try await socket.next("WORK_FAILED", ["idempotencyKey": "second"])
            #expect(failure["error"]?["code"] == "cancelled")
            visitor.pass()
            try await socket.next("WORK_DONE", ["idempotencyKey": "first"])
            #expect(bridge.home.lines("journal") == ["first begins", "first ends"])
            let again = try await bridge.request("POST", "/v1/events/\(id)/cancel", token: token)
            #expect(again.status == 409)
            #expect(again.code == "wrong_state")
        }
    }

    @Test func aRunningEventIsEndedWithAllItStarted() async throws {
        var files = BridgeFiles.samples
        files.programs["work"] = """
            #!/bin/sh
            \(Turnstile.shellFunction)
            /bin/sh -c '. $ROOT/bin/stop; stop_at $ROOT/child' &
            stop_at $ROOT/gate
            """
        files.programs["stop"] = Turnstile.shellFunction
        try await withBridge(files) { bridge in
            let (gate, child) = (try bridge.home.turnstile("gate"), try bridge.home.turnstile("child"))
            let socket = try await bridge.connect(try await bridge.token("dashboard"))
            socket.send(event("WORK", "w"))
            let (parent, grandchild) = (try await gate.arrival(), try await child.arrival())
            #expect(parent.pid != grandchild.pid && parent.isAlive && grandchild.isAlive)
            #expect(try await bridge.command("queue", "cancel", "last").code == 0)
            let failure = try await socket.next("WORK_FAILED")
            #expect(failure["error"]?["code"] == "cancelled")
            #expect(!parent.isAlive && !grandchild.isAlive)
            #expect(try await bridge.event(try #require(failure["id"]?.stringValue))["state"] == "cancelled")
            // Its place is free again.
            socket.send(event("CREATE_RESOURCE", "k", ["name": "A", "user": "x"]))
            try await socket.next("RESOURCE_CREATED")
        }
    }

    @Test func anEventThatWaitsForItsRetryIsCancelled() async throws {
        var files = BridgeFiles.working("retry: {attempts: 3, initial: 1h, jitter: none}")
        files.programs["work"] = "#!/bin/sh\nexit 75\n"
        try await withBridge(files) { bridge in
            let socket = try await bridge.connect(try await bridge.token("dashboard"))
            socket.send(["type": "subscribe", "channels": ["events"]])
            socket.send(event("WORK", "w"))
            let state = try await socket.next("state", ["after": "retrying"])
            socket.send(["type": "request", "id": "r", "action": "cancel_event", "payload": ["id": state["id"] ?? .null]])
            #expect(try await socket.next("response", ["requestId": "r"])["data"]?["state"] == "cancelled")
            try await socket.next("WORK_FAILED")
        }
    }

    @Test func aWishToCancelOutlivesACrash() async throws {
        var files = BridgeFiles.working(stepMore: "safeToRepeat: true")
        files.programs["work"] = """
            #!/bin/sh
            \(Turnstile.shellFunction)
            trap '' TERM
            echo begins >> $ROOT/journal
            stop_at $ROOT/gate
            """
        files.actions["work"] = files.actions["work"]?
            .replacing(#"argv: [$BIN/work, "{gate}", "{word}"]"#, with: #"argv: [$BIN/work], grace: 10m"#)
        try await withBridge(files) { bridge in
            let gate = try bridge.home.turnstile("gate")
            let token = try await bridge.token("dashboard")
            let socket = try await bridge.connect(token)
            socket.send(event("WORK", "w"))
            let visitor = try await gate.arrival()
            let id = try #require(socket.all("accepted").first?["id"]?.stringValue)
            #expect(try await bridge.request("POST", "/v1/events/\(id)/cancel", token: token).status == 200)
            try await bridge.kill()
            try await bridge.start()
            let again = try await bridge.connect(token)
            let failure = try await again.next("WORK_FAILED")
            #expect(failure["error"]?["code"] == "cancelled")
            #expect(bridge.home.lines("journal") == ["begins"])
            visitor.pass()
        }
    }

    @Test func whatStartsTooLateExpires() async throws {
        try await withBridge(.working("expires: 50ms\nconcurrency: {limit: 1}")) { bridge in
            let gate = try bridge.home.turnstile("gate")
            let socket = try await bridge.connect(try await bridge.token("dashboard"))
            socket.send(event("WORK", "first", ["word": "first"]))
            let visitor = try await gate.arrival()
            socket.send(event("WORK", "second", ["word": "second"]))
            let expired = try await socket.next("WORK_FAILED", ["idempotencyKey": "second"])
            #expect(expired["error"]?["code"] == "expired")
            // What has begun is not ended by it.
            visitor.pass()
            try await socket.next("WORK_DONE", ["idempotencyKey": "first"])
            #expect(bridge.home.lines("journal") == ["first begins", "first ends"])
        }
    }

    @Test func whatExpiresWhileTheBridgeIsAwayIsToldAfterwards() async throws {
        try await withBridge(.working("expires: 1ms", configuration: "dispatch: {running: 1}\n")) { bridge in
            let gate = try bridge.home.turnstile("gate")
            let token = try await bridge.token("dashboard")
            let socket = try await bridge.connect(token)
            var hold = BridgeFiles.work()
            hold = hold.replacing("action: work", with: "action: hold").replacing("on: WORK", with: "on: HOLD")
                .replacing("confirm: WORK_DONE", with: "confirm: HOLD_DONE")
            try bridge.home.write("bridge/actions/hold.yaml", hold)
            _ = try await bridge.logged("definitions.reloaded")
            socket.send(event("HOLD", "first"))
            _ = try await gate.arrival()
            socket.send(event("WORK", "second"))
            try await socket.next("accepted", ["idempotencyKey": "second"])
            try await bridge.kill()
            try await bridge.start()
            let again = try await bridge.connect(token)
            let expired = try await again.next("WORK_FAILED", ["idempotencyKey": "second"])
            #expect(expired["error"]?["code"] == "expired")
        }
    }
}
