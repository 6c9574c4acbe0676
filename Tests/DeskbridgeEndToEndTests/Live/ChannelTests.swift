import DeskbridgeCore
import DeskbridgeTestSupport
import Testing

/// What live connections are told while events run.
@Suite(.timeLimit(.minutes(5)))
struct ChannelTests {
    private static func states(_ socket: BrowserSocket, of id: JSONValue?) -> [String] {
        socket.all("state").filter { $0["id"] == id }.map { "\($0["before"]?.stringValue ?? "-")>\($0["after"]?.stringValue ?? "-")" }
    }

    @Test func statesAreToldInOrder() async throws {
        try await withBridge(.working("retry: {attempts: 3, initial: 10ms, jitter: none}", configuration: "dispatch: {running: 1}\n")) {
            bridge in
            let gate = try bridge.home.turnstile("gate")
            let socket = try await bridge.connect(try await bridge.token("dashboard"))
            socket.send(["type": "subscribe", "channels": ["events"]])
            socket.send(event("WORK", "first"))
            let visitor = try await gate.arrival()
            socket.send(event("WORK", "second"))
            let second = try await socket.next("accepted", ["idempotencyKey": "second"])
            #expect(second["state"] == "queued")
            visitor.pass()
            try await gate.arrival().pass("exit 75")
            try await gate.arrival().pass()
            try await socket.next("WORK_DONE", ["idempotencyKey": "second"])
            let first = try #require(socket.all("accepted").first?["id"])
            #expect(Self.states(socket, of: first) == ["->running", "running>succeeded"])
            #expect(
                Self.states(socket, of: second["id"]) == [
                    "->queued", "queued>running", "running>retrying", "retrying>running", "running>succeeded",
                ])
            let waits = try #require(socket.all("state").first { $0["after"] == "retrying" })
            #expect(waits["error"]?["code"] == "exit_status")
            #expect(waits["dueAt"]?.stringValue != nil)
        }
    }

    @Test func theStatusIsPushedOnChangeAndAddsUp() async throws {
        try await withBridge(.working(configuration: "dispatch: {running: 1}\n")) { bridge in
            let gate = try bridge.home.turnstile("gate")
            let socket = try await bridge.connect(try await bridge.token("dashboard"))
            socket.send(["type": "subscribe", "channels": ["status"]])
            let idle = try await socket.next("status")
            #expect(idle["queue"]?["running"] == 0)
            for number in 1...3 { socket.send(event("WORK", "w\(number)")) }
            try await socket.next("a status with all three") { $0["queue"]?["running"] == 1 && $0["queue"]?["queued"] == 2 }
            for _ in 1...3 {
                try await gate.arrival().pass()
            }
            let done = try await socket.next("a status with three successes") { $0["finals"]?["succeeded"] == 3 }
            #expect(done["queue"] == ["queued": 0, "running": 0, "retrying": 0, "waiting": 0])
            #expect(try await bridge.status()["queue"] == done["queue"])

            socket.send(["type": "unsubscribe", "channels": ["status"]])
            try await socket.settle()
            let count = socket.all("status").count
            socket.send(event("CREATE_RESOURCE", "k", ["name": "A", "user": "x"]))
            try await socket.next("RESOURCE_CREATED")
            try await socket.settle()
            #expect(socket.all("status").count == count)
        }
    }

    @Test func outputComesWhileTheEventRunsAndWholeBeforeItsConfirmation() async throws {
        var files = BridgeFiles.samples
        files.programs["work"] = """
            #!/bin/sh
            \(Turnstile.shellFunction)
            echo one; echo two
            echo problem >&2
            stop_at $ROOT/gate
            printf 'no end of line'
            """
        try await withBridge(files) { bridge in
            let gate = try bridge.home.turnstile("gate")
            let token = try await bridge.token("dashboard")
            let socket = try await bridge.connect(token)
            let other = try await bridge.connect(token)
            socket.send(["type": "subscribe", "channels": ["output:*"]])
            try await socket.settle()
            socket.send(event("WORK", "w"))
            let visitor = try await gate.arrival()
            try await socket.next("stdout") { $0["type"] == "output" && $0["stream"] == "stdout" }
            try await socket.next("stderr") { $0["type"] == "output" && $0["stream"] == "stderr" }
            visitor.pass()
            try await socket.next("WORK_DONE")
            let all = socket.messages.all
            let lines = all.filter { $0["stream"] == "stdout" }.flatMap { $0["lines"]?.arrayValue ?? [] }
            #expect(lines == ["one", "two", "no end of line"])
            #expect(all.filter { $0["stream"] == "stderr" }.flatMap { $0["lines"]?.arrayValue ?? [] } == ["problem"])
            #expect(all.filter { $0["type"] == "output" }.allSatisfy { $0["step"] == "work" && $0["dropped"] == 0 })
            #expect(all.last?["type"] == "WORK_DONE")
            // Nobody else asked for it.
            try await other.settle()
            #expect(other.all("output").isEmpty)
        }
    }

    @Test func whoComesLaterHasWhatWasWrittenBeforeAndEveryLineOnce() async throws {
        var files = BridgeFiles.samples
        files.programs["work"] = """
            #!/bin/sh
            \(Turnstile.shellFunction)
            echo one; echo two
            stop_at $ROOT/gate
            echo three; echo four
            """
        try await withBridge(files) { bridge in
            let gate = try bridge.home.turnstile("gate")
            let token = try await bridge.token("dashboard")
            let early = try await bridge.connect(token)
            early.send(["type": "subscribe", "channels": ["output:*"]])
            early.send(event("WORK", "w"))
            let visitor = try await gate.arrival()
            try await early.next("the second line") { $0["lines"]?.arrayValue?.contains("two") == true }
            let id = try #require(early.all("output").first?["id"]?.stringValue)

            let late = try await bridge.connect(token)
            late.send(["type": "subscribe", "channels": [.string("output:\(id)")]])
            late.send(["type": "request", "id": "r", "action": "get_event", "payload": ["id": .string(id)]])
            let event = try #require(try await late.next("response")["data"])
            let attempt = try #require(event["attempts"]?.arrayValue?.last)
            #expect(attempt["outputFrom"] == 0 && attempt["endedAt"] == nil)
            let before: [JSONValue] = ["one", "two"].map { ["stream": "stdout", "text": .string($0), "step": "work"] }
            #expect(attempt["output"] == .array(before))
            let shown = try await bridge.command("queue", "show", id)
            #expect(shown.output.contains("Output of the last attempt") && shown.output.contains("two"), "\(shown.output)")

            visitor.pass()
            try await late.next("WORK_DONE")
            let batches = late.all("output")
            #expect(batches.allSatisfy { $0["attempt"] == 1 })
            #expect(batches.first?["from"] == 2)
            #expect(batches.flatMap { $0["lines"]?.arrayValue ?? [] } == ["three", "four"])
            let ended = try await bridge.event(id)["attempts"]?.arrayValue?.last
            #expect(ended?["output"]?.arrayValue?.compactMap { $0["text"]?.stringValue } == ["one", "two", "three", "four"])
        }
    }

    @Test func whoAsksForOneEventsOutputGetsNoOther() async throws {
        try await withBridge(.samples) { bridge in
            let (left, right) = (try bridge.home.turnstile("left"), try bridge.home.turnstile("right"))
            let socket = try await bridge.connect(try await bridge.token("dashboard"))
            socket.send(event("WORK", "l", ["gate": "left", "word": "left"]))
            socket.send(event("WORK", "r", ["gate": "right", "word": "right"]))
            let (visitor, neighbour) = (try await left.arrival(), try await right.arrival())
            let id = try #require(try await socket.next("accepted", ["idempotencyKey": "l"])["id"]?.stringValue)
            socket.send(["type": "subscribe", "channels": [.string("output:\(id)")]])
            try await socket.settle()
            neighbour.pass()
            try await socket.next("WORK_DONE", ["idempotencyKey": "r"])
            visitor.pass()
            try await socket.next("WORK_DONE", ["idempotencyKey": "l"])
            #expect(socket.all("output").map { $0["lines"] } == [["left was done"]])
        }
    }

    @Test func aFloodOfOutputIsBoundedAndSaysWhatIsMissing() async throws {
        var files = BridgeFiles.samples
        files.programs["work"] = "#!/bin/sh\nseq 1 200000\n"
        try await withBridge(files) { bridge in
            let socket = try await bridge.connect(try await bridge.token("dashboard"))
            socket.send(["type": "subscribe", "channels": ["output:*"]])
            socket.send(event("WORK", "w"))
            let confirmation = try await socket.next("WORK_DONE")
            let lines = socket.all("output").flatMap { $0["lines"]?.arrayValue ?? [] }.compactMap { $0.stringValue.flatMap { Int($0) } }
            let dropped = socket.all("output").compactMap { $0["dropped"]?.integerValue }.reduce(0, +)
            #expect(lines.count + Int(dropped) == 200_000)
            #expect(lines.last == 200_000)
            #expect(zip(lines, lines.dropFirst()).allSatisfy { $0 < $1 })
            let id = try #require(confirmation["id"]?.stringValue)
            let tail = try #require(try await bridge.event(id)["attempts"]?.arrayValue?.first?["output"]?.arrayValue)
            #expect(tail.last?["text"] == "200000")
            #expect(tail.reduce(0) { $0 + ($1["text"]?.stringValue?.utf8.count ?? 0) } <= 16 << 10)
        }
    }

    @Test func anotherClientsEventsAreInvisibleUnlessAPolicySaysOtherwise() async throws {
        var files = BridgeFiles.samples
        files.policies["20-see"] = "visibility: [{client: wallboard, sees: [dashboard]}]\n"
        try await withBridge(files) { bridge in
            let tokens = (
                dashboard: try await bridge.token("dashboard"), stranger: try await bridge.token("stranger"),
                wallboard: try await bridge.token("wallboard")
            )
            let dashboard = try await bridge.connect(tokens.dashboard)
            let stranger = try await bridge.connect(tokens.stranger)
            let wallboard = try await bridge.connect(tokens.wallboard)
            for socket in [stranger, wallboard] {
                socket.send(["type": "subscribe", "channels": ["events", "output:*"], "since": 0])
                try await socket.settle()
            }
            let stream = try await EventStreamClient.open(bridge, token: tokens.stranger, query: "?channels=events,output:*&since=0")
            try await stream.next("authenticated")
            dashboard.send(event("CREATE_RESOURCE", "k", ["name": "A", "user": "x"]))
            let confirmation = try await dashboard.next("RESOURCE_CREATED")
            let id = try #require(confirmation["id"]?.stringValue)
            #expect(try await wallboard.next("RESOURCE_CREATED") == confirmation)

            stranger.send(["type": "request", "id": "r1", "action": "get_event", "payload": ["id": .string(id)]])
            try await stranger.next("error", ["code": "not_found", "requestId": "r1"])
            stranger.send(["type": "request", "id": "r2", "action": "cancel_event", "payload": ["id": .string(id)]])
            try await stranger.next("error", ["code": "not_found", "requestId": "r2"])
            try await stranger.settle()
            #expect(stranger.all("state").isEmpty && stranger.all("RESOURCE_CREATED").isEmpty)
            #expect(stream.messages.all.map(\.name) == ["authenticated"])
            #expect(try await bridge.request("GET", "/v1/events/\(id)", token: tokens.stranger).status == 404)
            #expect(try await bridge.request("GET", "/v1/events", token: tokens.stranger).json?["events"] == [])
            #expect(try await bridge.request("GET", "/v1/events?client=dashboard", token: tokens.stranger).status == 404)
            // To see is not to decide.
            #expect(try await bridge.request("GET", "/v1/events/\(id)", token: tokens.wallboard).status == 200)
            #expect(try await bridge.request("POST", "/v1/events/\(id)/retry", token: tokens.wallboard).status == 404)
            #expect(try await bridge.request("GET", "/v1/events/\(id)", token: tokens.dashboard).status == 200)
        }
    }

    @Test func requestsOnASocketAnswerAsHTTPDoes() async throws {
        try await withBridge(.samples) { bridge in
            let token = try await bridge.token("dashboard")
            let socket = try await bridge.connect(token)
            socket.send(event("CREATE_RESOURCE", "k", ["name": "A", "user": "x"]))
            let id = try #require(try await socket.next("RESOURCE_CREATED")["id"])
            socket.send(["type": "request", "id": "r1", "action": "get_event", "payload": ["id": id]])
            let response = try await socket.next("response", ["requestId": "r1", "success": true])
            let overHTTP = try await bridge.request("GET", "/v1/events/\(id.stringValue ?? "")", token: token)
            #expect(response["data"] == overHTTP.json)
            socket.send(["type": "request", "id": "r2", "action": "get_evnt"])
            let problem = try await socket.next("error", ["requestId": "r2"])
            #expect(problem["message"]?.stringValue?.contains("Did you mean \"get_event\"?") == true)
            socket.send([
                "type": "request", "id": "r3", "action": "plan",
                "payload": [
                    "type": "CREATE_RESOURCE", "payload": ["name": "B", "user": "x"],
                ],
            ])
            let plan = try await socket.next("response", ["requestId": "r3"])
            #expect(plan["data"]?["decision"]?["effect"] == "allow")
            #expect(!bridge.home.tree("user/Projects").contains("B/"))
        }
    }
}
