import DeskbridgeCore
import DeskbridgeTestSupport
import Testing

/// Events that a policy wants the person at the desk to be asked about, through every entrance.
@Suite(.timeLimit(.minutes(5)))
struct ApprovalTests {
    /// The samples, with a person who is asked.
    private static func asking(_ timeout: String = "1h") -> BridgeFiles {
        var files = BridgeFiles.samples
        files.policies["00-ask"] = """
            rules:
              - {ask: [CREATE_RESOURCE], clients: [dashboard, local], timeout: \(timeout)}
            """
        return files
    }

    private static let payload: JSONValue = ["name": "Project_001", "user": "John"]

    @Test func aWaitingEventIsShownAndRunsOnceApproved() async throws {
        try await withBridge(Self.asking()) { bridge in
            let token = try await bridge.token("dashboard")
            let socket = try await bridge.connect(token)
            socket.send(["type": "subscribe", "channels": ["events"]])
            socket.send(event("CREATE_RESOURCE", "k-1", Self.payload))
            let accepted = try await socket.next("accepted")
            #expect(accepted["state"] == "waiting" && accepted["waitsFor"] == ["for": "approval"])
            #expect(accepted["waitsUntil"]?.stringValue != nil)
            let id = try #require(accepted["id"]?.stringValue)

            let list = try await bridge.command("queue", "list", "--state", "waiting")
            #expect(list.output.contains(id) && list.output.contains("waits for an answer of the person at the desk"))
            let show = try await bridge.command("queue", "show", id)
            #expect(show.output.contains("deskbridge queue approve \(id)") && show.output.contains("Would do"))
            let detail = try await bridge.event(id)
            #expect(detail["approval"]?["rule"] == "policies/00-ask.yaml:2" && detail["approval"]?["answer"] == .null)
            #expect(detail["plan"]?["steps"]?.arrayValue?.first?["summary"]?.stringValue?.contains("Project_001") == true)

            let approved = try await bridge.command("queue", "approve", id, "--reason", "fine", "--format", "json")
            #expect(approved.code == 0)
            let answer = approved.json?["events"]?.arrayValue?.first?["approval"]
            #expect(answer?["answer"] == "approved" && answer?["place"] == "command" && answer?["reason"] == "fine")
            try await socket.next("state", ["before": "waiting", "after": "queued"])
            try await socket.next("RESOURCE_CREATED", ["idempotencyKey": "k-1"])

            let again = try await bridge.command("queue", "deny", id)
            #expect(again.code == 1 && again.errors.contains("wrong_state"))
        }
    }

    @Test func aClientHasNoSayInIt() async throws {
        try await withBridge(Self.asking()) { bridge in
            let token = try await bridge.token("dashboard")
            let accepted = try await bridge.post("/v1/events", event("CREATE_RESOURCE", "k-1", Self.payload), token: token)
            #expect(accepted.status == 202 && accepted.json?["state"] == "waiting")
            let id = try #require(accepted.json?["id"]?.stringValue)
            for verb in ["approve", "deny"] {
                let refused = try await bridge.post("/v1/events/\(id)/\(verb)", [:], token: token)
                #expect(refused.status == 403 && refused.code == "forbidden")
                let foreign = try await bridge.post("/v1/events/\(id)/\(verb)", [:], token: try await bridge.token("other"))
                #expect(foreign.status == 404)
            }
            let socket = try await bridge.connect(token)
            socket.send(["type": "request", "id": "r", "action": "approve_event", "payload": ["id": .string(id)]])
            #expect(try await socket.next("error", ["requestId": "r"])["code"] == "unknown_message")

            #expect(try await bridge.command("queue", "deny", id, "--reason", "not today").code == 0)
            let failed = try await socket.next("CREATE_RESOURCE_FAILED")
            #expect(failed["error"]?["code"] == "denied_at_desk")
            #expect(failed["error"]?["message"] == "The person at the desk said no: not today")

            // Nor does it get round the answer.
            let retried = try await bridge.post("/v1/events/\(id)/retry", [:], token: token)
            #expect(retried.json?["state"] == "waiting")
        }
    }

    @Test(arguments: [JSONValue.integer(5), .string(String(repeating: "x", count: 1001))])
    func aReasonIsAShortText(reason: JSONValue) async throws {
        try await withBridge(Self.asking()) { bridge in
            let token = try await bridge.token("dashboard")
            let accepted = try await bridge.post("/v1/events", event("CREATE_RESOURCE", "k-1", Self.payload), token: token)
            let id = try #require(accepted.json?["id"]?.stringValue)
            let refused = try await bridge.post("/v1/events/\(id)/deny", ["reason": reason], token: token)
            #expect(refused.status == 422)
            #expect(try await bridge.event(id)["state"] == "waiting")
        }
    }

    @Test func silenceIsANoOnTheRealClock() async throws {
        try await withBridge(Self.asking("1s")) { bridge in
            let token = try await bridge.token("dashboard")
            let final = try await bridge.postAndWait(event("CREATE_RESOURCE", "k-1", Self.payload), token: token)
            #expect(final.json?["confirmation"]?["error"]?["code"] == "approval_timeout")
            #expect(final.json?["approval"]?["answer"] == "timed_out")
        }
    }

    @Test func aKilledBridgeStillAsks() async throws {
        try await withBridge(Self.asking()) { bridge in
            let token = try await bridge.token("dashboard")
            let accepted = try await bridge.post("/v1/events", event("CREATE_RESOURCE", "k-1", Self.payload), token: token)
            let id = try #require(accepted.json?["id"]?.stringValue)
            try await bridge.kill()
            try await bridge.start()
            let detail = try await bridge.event(id)
            #expect(detail["state"] == "waiting" && detail["waitsUntil"] == accepted.json?["waitsUntil"])
            let replayed = try await bridge.post("/v1/events", event("CREATE_RESOURCE", "k-1", Self.payload), token: token)
            #expect(replayed.json?["id"]?.stringValue == id && replayed.json?["replayed"] == true)
            #expect(try await bridge.command("queue", "approve", "last").code == 0)
            let socket = try await bridge.connect(token)
            try await socket.next("RESOURCE_CREATED")
        }
    }

    @Test func aDryRunSaysThatItWouldAsk() async throws {
        try await withBridge(Self.asking()) { bridge in
            let run = try await bridge.command("dry-run", "CREATE_RESOURCE", "--set", "name=A", "--set", "user=B")
            #expect(run.code == 0)
            #expect(run.output.contains("would ask the person at the desk (rule policies/00-ask.yaml:2, 1h to answer)"))
        }
    }
}
