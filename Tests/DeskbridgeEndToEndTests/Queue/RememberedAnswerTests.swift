import DeskbridgeCore
import DeskbridgeTestSupport
import Testing

/// A rule that asks about the first event of a client from a page, and has the answer remembered.
@Suite(.timeLimit(.minutes(5)))
struct RememberedAnswerTests {
    private static let origin = "https://studio.example"
    private static let payload: JSONValue = ["name": "Project_001", "user": "John"]

    private static func asking(_ remember: String = "always") -> BridgeFiles {
        var files = BridgeFiles.samples
        files.policies["00-ask"] = """
            rules:
              - {ask: [CREATE_RESOURCE], clients: [dashboard, local, other], timeout: 1h, remember: \(remember)}
            """
        return files
    }

    private func send(
        _ bridge: RunningBridge, _ key: String, token: String, origin: String? = origin, wait: Bool = false
    ) async throws -> RawResponse {
        var headers: [(String, String)] = []
        if let origin { headers.append(("Origin", origin)) }
        if wait { headers.append(("Prefer", "wait=60")) }
        let payload: JSONValue = ["name": .string("P_\(key)"), "user": "John"]
        return try await bridge.post("/v1/events", event("CREATE_RESOURCE", key, payload), token: token, headers: headers)
    }

    private func id(_ response: RawResponse) throws -> String { try #require(response.json?["id"]?.stringValue) }

    @Test func approvedOnceTheSecondEventRunsAlsoAfterARestart() async throws {
        try await withBridge(Self.asking()) { bridge in
            let token = try await bridge.token("dashboard", "--origin", Self.origin)
            let first = try await send(bridge, "k1", token: token)
            #expect(first.json?["state"] == "waiting")
            let show = try await bridge.command("queue", "show", try id(first))
            #expect(show.output.contains("the answer counts for all events of this rule by dashboard from https://studio.example"))
            let approved = try await bridge.command("queue", "approve", try id(first))
            #expect(approved.code == 0 && approved.output.contains("remembered as answer 1"))

            let second = try await send(bridge, "k2", token: token, wait: true)
            #expect(second.json?["state"] == "succeeded" && second.json?["rule"] == "policies/00-ask.yaml:2, answer 1")
            _ = try await bridge.stop()
            try await bridge.start()
            let third = try await send(bridge, "k3", token: token, wait: true)
            #expect(third.json?["state"] == "succeeded" && third.json?["approval"] == nil)

            let list = try await bridge.command("policy", "answers")
            #expect(list.output.contains("approved") && list.output.contains(Self.origin) && list.output.contains("in force"))
            let audit = try await bridge.command("audit", "verify")
            #expect(audit.code == 0)
            let records = try await bridge.command("audit", "export")
            #expect(records.output.contains(#""verb":"remember_answer","subject":"answer 1","owner":"dashboard""#))
        }
    }

    @Test func deniedOnceItIsDeniedUntilForgotten() async throws {
        try await withBridge(Self.asking("30d")) { bridge in
            let token = try await bridge.token("dashboard", "--origin", Self.origin)
            let first = try await send(bridge, "k1", token: token)
            #expect(try await bridge.command("queue", "deny", try id(first)).code == 0)
            let second = try await send(bridge, "k2", token: token)
            #expect(second.status == 403 && second.code == "denied_by_policy")
            #expect(second.json?["detail"]?.stringValue?.contains("\"deskbridge policy forget 1\" on the machine takes it back") == true)
            let page = [("Origin", Self.origin)]
            let retried = try await bridge.post("/v1/events/\(try id(first))/retry", [:], token: token, headers: page)
            #expect(retried.status == 403 && retried.code == "denied_by_policy")
            let plan = try await bridge.post(
                "/v1/plan", ["type": "CREATE_RESOURCE", "payload": Self.payload], token: token, headers: page)
            #expect(plan.json?["decision"]?["effect"] == "deny")
            let explained = try await bridge.command(
                "policy", "explain", "CREATE_RESOURCE", "--client", "dashboard", "--origin", Self.origin, "--format", "json")
            #expect(explained.code == 77 && explained.json?["decision"]?["remembered"]?["number"] == 1)
            #expect(explained.json?["decision"]?["rule"] == "policies/00-ask.yaml:2, answer 1")

            let forgotten = try await bridge.command("policy", "forget", "1")
            #expect(forgotten.code == 0 && forgotten.output == "answer 1 forgotten: denied client \"dashboard\" from \(Self.origin)")
            #expect(try await bridge.command("policy", "forget", "1").code == 1)
            #expect(try await send(bridge, "k3", token: token).json?["state"] == "waiting")
        }
    }

    @Test(arguments: ["approve", "deny"]) func twoThatWaitAtOnceAreDecidedByOneAnswer(verb: String) async throws {
        try await withBridge(Self.asking()) { bridge in
            let token = try await bridge.token("dashboard", "--origin", Self.origin)
            let socket = try await bridge.connect(token, origin: Self.origin)
            for key in ["k1", "k2"] { socket.send(event("CREATE_RESOURCE", key, ["name": .string("P_\(key)"), "user": "John"])) }
            let accepted = [
                try await socket.next("accepted", ["idempotencyKey": "k1"]), try await socket.next("accepted", ["idempotencyKey": "k2"]),
            ]
            #expect(accepted.allSatisfy { $0["state"] == "waiting" })
            #expect(try await bridge.command("queue", verb, try #require(accepted[1]["id"]?.stringValue)).code == 0)
            let type = verb == "approve" ? "RESOURCE_CREATED" : "CREATE_RESOURCE_FAILED"
            let keys = Set([
                try await socket.next(type)["idempotencyKey"]?.stringValue, try await socket.next(type)["idempotencyKey"]?.stringValue,
            ])
            #expect(keys == ["k1", "k2"])
        }
    }

    /// The answer, and what becomes of the event that asked, are one transaction; the rest is made up for at the next start.
    @Test func aBridgeKilledRightAfterTheAnswerKnowsIt() async throws {
        try await withBridge(Self.asking()) { bridge in
            let token = try await bridge.token("dashboard", "--origin", Self.origin)
            var waiting: [String] = []
            for number in 0..<20 { waiting.append(try id(try await send(bridge, "k\(number)", token: token))) }
            #expect(try await bridge.command("queue", "approve", waiting[7]).code == 0)
            try await bridge.kill()
            try await bridge.start()
            let last = try await send(bridge, "last", token: token, wait: true)
            #expect(last.json?["state"] == "succeeded")
            let socket = try await bridge.connect(token, origin: Self.origin)
            var confirmed: Set<String> = []
            while confirmed.count < 21 { confirmed.insert(try await socket.next("RESOURCE_CREATED")["id"]?.stringValue ?? "") }
            #expect(confirmed.isSuperset(of: waiting))
        }
    }

    /// What only looks like the page that was allowed is refused at the door, or asked about.
    @Test func nothingThatLooksLikeThePageGetsThrough() async throws {
        try await withBridge(Self.asking()) { bridge in
            let other = "https://studio.example:8443"
            let token = try await bridge.token("dashboard", "--origin", Self.origin, "--origin", other)
            #expect(try await bridge.command("queue", "approve", try id(try await send(bridge, "k0", token: token))).code == 0)
            let variants = [
                "https://studio.example.", "https://studio.example:443", "https://Studio.example", "http://studio.example",
                "https://studio.example/", "null", "none", "https://sub.studio.example", "https://studio.example@evil.example",
                "https://studio.example:8444", "HTTPS://STUDIO.EXAMPLE", "https://xn--studio.example", "",
            ]
            for (number, variant) in variants.enumerated() {
                let refused = try await send(bridge, "v\(number)", token: token, origin: variant)
                #expect(refused.status == 403 || refused.status == 400, "\(variant)")
            }
            for (key, origin) in [("port", other), ("none", nil)] as [(String, String?)] {
                #expect(try await send(bridge, key, token: token, origin: origin).json?["state"] == "waiting")
            }
            // Nor does it count for another client of the same page, or for the command line.
            let stranger = try await bridge.token("other", "--origin", Self.origin)
            #expect(try await send(bridge, "stranger", token: stranger).json?["state"] == "waiting")
        }
    }

    @Test func aClientNeitherSeesNorForgetsAnswers() async throws {
        try await withBridge(Self.asking()) { bridge in
            let token = try await bridge.token("dashboard", "--origin", Self.origin)
            #expect(try await bridge.command("queue", "deny", try id(try await send(bridge, "k1", token: token))).code == 0)
            for (method, path) in [("GET", "/v1/policy/answers"), ("DELETE", "/v1/policy/answers/1")] {
                let refused = try await bridge.request(method, path, token: token, headers: [("Origin", Self.origin)])
                #expect(refused.status == 403 && refused.code == "forbidden")
            }
            for number in ["0", "-1", "x", "1%20", "99999999999999999999"] {
                let refused = try await bridge.request("DELETE", "/v1/policy/answers/\(number)", token: token)
                #expect(refused.status == 403 || refused.status == 404)
            }
            #expect(try await send(bridge, "k2", token: token).code == "denied_by_policy")
        }
    }

    @Test func onceCountsOnceAndTheEndOfAClientEndsItsAnswers() async throws {
        try await withBridge(Self.asking()) { bridge in
            let token = try await bridge.token("dashboard", "--origin", Self.origin)
            #expect(try await bridge.command("queue", "approve", "--once", try id(try await send(bridge, "k1", token: token))).code == 0)
            #expect(try await bridge.command("policy", "answers").errors.contains("No answer is remembered."))
            let second = try await send(bridge, "k2", token: token)
            #expect(second.json?["state"] == "waiting")
            #expect(try await bridge.command("queue", "approve", try id(second)).code == 0)
            #expect(try await bridge.command("token", "revoke", "dashboard").code == 0)
            #expect(try await bridge.command("policy", "answers").errors.contains("No answer is remembered."))
            let fresh = try await bridge.token("dashboard", "--origin", Self.origin)
            #expect(try await send(bridge, "k3", token: fresh).json?["state"] == "waiting")
        }
    }

    @Test func withoutTheDaemonNobodyKnows() async throws {
        try await withBridge(Self.asking()) { bridge in
            _ = try await bridge.stop()
            let explained = try await bridge.command("policy", "explain", "CREATE_RESOURCE")
            #expect(
                explained.code == 0
                    && explained.output.contains("the daemon doesn't run, so it isn't known whether an answer is remembered"))
            let run = try await bridge.command("dry-run", "CREATE_RESOURCE", "--set", "name=A", "--set", "user=B", "--format", "json")
            #expect(run.code == 0 && run.json?["decision"]?["remembered"] == "unknown")
            #expect(try await bridge.command("policy", "answers").code == 69)
            try await bridge.start()
        }
    }
}
