import DeskbridgeCore
import DeskbridgeEngine
import DeskbridgeTestSupport
import Testing

@testable import DeskbridgeServer

/// Whoever adds a route that changes something has to say here what it leaves in the audit; else it is noticed.
@Suite(.timeLimit(.minutes(5))) struct AuditedRoutesTests {
    /// What is asked of a bridge, and the records that have to come of it: verb, outcome, who, and through what.
    private struct Deed: Sendable {
        typealias Trace = (verb: String, outcome: String, identity: String, entrance: String)

        let traces: [Trace]
        let perform: @Sendable (AuditedBridge) async throws -> Int

        init(_ traces: Trace..., perform: @escaping @Sendable (AuditedBridge) async throws -> Int) {
            self.traces = traces
            self.perform = perform
        }
    }

    /// These only look, or change nothing but what the client itself is sent again.
    private static let unrecorded: Set = ["POST /v1/plan", "POST /v1/policy/explain", "POST /v1/ack"]

    private static let deeds: [String: Deed] = [
        "POST /v1/events": Deed(("submit", "asked", "token", "http")) { bridge in
            try await bridge.client("POST", "events", event("CREATE_RESOURCE", "sent", AuditedBridge.payload))
        },
        "POST /v1/events/{id}/cancel": Deed(("cancel", "done", "token", "http"), ("outcome", "cancelled", "bridge", "inside")) { bridge in
            try await bridge.client("POST", "events/\(bridge.waiting("cancelled"))/cancel")
        },
        "POST /v1/events/{id}/approve": Deed(("approve", "done", "desk", "http")) { bridge in
            try await bridge.desk("POST", "events/\(bridge.waiting("approved"))/approve")
        },
        "POST /v1/events/{id}/deny": Deed(("deny", "done", "desk", "http"), ("outcome", "failed", "bridge", "inside")) { bridge in
            try await bridge.desk("POST", "events/\(bridge.waiting("denied"))/deny")
        },
        "POST /v1/events/{id}/retry": Deed(("retry", "asked", "token", "http")) { bridge in
            try await bridge.client("POST", "events/\(bridge.failed("retried"))/retry")
        },
        "POST /v1/events/{id}/drop": Deed(("drop", "done", "token", "http")) { bridge in
            try await bridge.client("POST", "events/\(bridge.failed("dropped"))/drop")
        },
        "POST /v1/events/{id}/replay": Deed(("replay", "done", "token", "http"), ("submit", "asked", "token", "http")) { bridge in
            try await bridge.client("POST", "events/\(bridge.failed("replayed"))/replay")
        },
        "POST /v1/events/{id}/resolve": Deed(("resolve", "succeeded", "desk", "http")) { bridge in
            try await bridge.desk("POST", "events/\(bridge.unknown)/resolve", ["as": "succeeded"])
        },
        "DELETE /v1/policy/answers/{number}": Deed(("forget_answer", "done", "desk", "http")) { bridge in
            try await bridge.desk("DELETE", "policy/answers/\(bridge.remembered())")
        },
        "POST /v1/tickets": Deed(("take_ticket", "done", "token", "http")) { try await $0.client("POST", "tickets") },
        "POST /v1/tokens": Deed(("create_token", "done", "desk", "http")) { try await $0.desk("POST", "tokens", ["client": "made"]) },
        "POST /v1/tokens/{id}/rotate": Deed(("rotate_token", "done", "desk", "http")) { bridge in
            try await bridge.desk("POST", "tokens/\(bridge.token("rotated"))/rotate")
        },
        "DELETE /v1/tokens/{id}": Deed(("revoke_token", "done", "desk", "http")) { bridge in
            try await bridge.desk("DELETE", "tokens/\(bridge.token("revoked"))")
        },
        "POST /v1/console/tickets": Deed(("open_console", "done", "local", "control")) { bridge in
            try await bridge.bridge.deskTicket().isEmpty ? 0 : 201
        },
        "POST /v1/console/session": Deed(("create_token", "done", "desk", "http")) { bridge in
            try await bridge.bridge.exchange(ticket: bridge.bridge.deskTicket()).status
        },
        "DELETE /v1/console/session": Deed(("revoke_token", "done", "desk", "http")) { bridge in
            let token = try await bridge.bridge.openDesk()["token"]?.stringValue
            return try await bridge.bridge.request("DELETE", "/v1/console/session", token: token).status
        },
        "POST /v1/pairing": Deed(("pair", "opened", "desk", "http"), ("pair", "replaced", "desk", "http")) { bridge in
            _ = try await bridge.desk("POST", "pairing")
            return try await bridge.desk("POST", "pairing")
        },
        "DELETE /v1/pairing/{id}": Deed(("pair", "withdrawn", "desk", "http")) { bridge in
            try await bridge.desk("DELETE", "pairing/\(bridge.bridge.openPairing().id)")
        },
        "POST /v1/pairing/{id}/confirm": Deed(("pair", "confirmed", "desk", "http")) { try await $0.pair(answering: "confirm").desk },
        "POST /v1/pairing/{id}/refuse": Deed(
            ("pair", "refused", "desk", "http"), ("pair", "asked", "nobody", "http"), ("pair", "denied", "nobody", "http")
        ) { try await $0.pair(answering: "refuse").desk },
        "POST /v1/pair": Deed(("pair", "asked", "nobody", "http"), ("create_token", "done", "nobody", "http")) {
            try await $0.pair(answering: "confirm").page
        },
    ]

    private func routes() async throws -> (all: Set<String>, forTheDesk: [String]) {
        let bench = try EngineBench { $0.listen.port = 0 }
        let server = try await BridgeServer(bridge: bench.bridge, controlSocket: bench.home.root + "/run/control.sock") { _ in }
        let table = GatedRouteTable()
        let all = server.routes(notedIn: table).routes.map { "\($0.method.rawValue) \($0.path)" }
        try await bench.store.close()
        let owners: Set<Gate.Kind> = [.administer, .readPolicies, .readAudit, .openConsole]
        return (Set(all), table.all.filter { !owners.isDisjoint(with: $0.value) }.keys.sorted())
    }

    @Test func everyRouteThatChangesSomethingIsRecordedOrKnownNotToBe() async throws {
        let changing = try await routes().all.filter { !$0.hasPrefix("GET ") && !$0.hasPrefix("HEAD ") }
        #expect(changing.subtracting(Self.deeds.keys) == Self.unrecorded)
        #expect(Set(Self.deeds.keys).subtracting(changing) == [], "there is no such route any more")
    }

    @Test func whatIsDoneIsRecordedWithWhoDidItAndFromWhere() async throws {
        try await AuditedBridge.run { bridge in
            for (route, deed) in Self.deeds.sorted(by: { $0.key < $1.key }) {
                let before = try await bridge.bridge.audit().last?["seq"]?.integerValue ?? 0
                let status = try await deed.perform(bridge)
                #expect((200..<300).contains(status), "\(route) answered \(status)")
                let records = try await bridge.bridge.audit(after: before)
                for trace in deed.traces {
                    let found = records.contains {
                        $0["verb"]?.stringValue == trace.verb && $0["outcome"]?.stringValue == trace.outcome
                            && $0["identity"]?.stringValue == trace.identity && $0["entrance"]?.stringValue == trace.entrance
                    }
                    #expect(found, "\(route) should leave \(trace) and left \(records.map(\.text))")
                }
            }
            #expect(try await bridge.bridge.command("audit", "verify").code == 0)
        }
    }

    @Test func aClientThatAsksForWhatIsForTheDeskIsRecorded() async throws {
        let routes = try await routes().forTheDesk
        #expect(routes.count > 12)
        try await AuditedBridge.run { bridge in
            for route in routes {
                let words = route.split(separator: " ").map(String.init)
                let path = words[1].split(separator: "/").dropFirst().map { $0.hasPrefix(":") ? "x" : String($0) }.joined(separator: "/")
                let before = try await bridge.bridge.audit().last?["seq"]?.integerValue ?? 0
                #expect(try await bridge.client(words[0], path) == 403, "\(route)")
                let records = try await bridge.bridge.audit(after: before)
                let found = records.contains { $0["outcome"] == "denied" && $0["client"] == "dashboard" && $0["entrance"] == "http" }
                #expect(found, "\(route) left \(records.map(\.text))")
            }
        }
    }
}

/// A bridge with an event in each state that something can be done with.
private struct AuditedBridge {
    static let payload: JSONValue = ["name": "Project_001", "user": "John"]
    private static let page = "https://studio.example"

    let bridge: RunningBridge
    /// An event whose outcome is unknown.
    let unknown: String
    private let clientToken: String
    private let deskToken: String

    static func run(_ body: (AuditedBridge) async throws -> Void) async throws {
        var files = BridgeFiles.samples
        files.policies["00-ask"] = """
            rules:
              - {ask: [CREATE_RESOURCE], clients: [dashboard], timeout: 1h}
              - {ask: [CREATE_RESOURCE], clients: [visitor], timeout: 1h, remember: 1d}
            """
        try await withBridge(files) { bridge in
            let gate = try bridge.home.turnstile("gate")
            let token = try await bridge.token("dashboard")
            let id = try #require(try await bridge.post("/v1/events", event("WORK", "w"), token: token).json?["id"]?.stringValue)
            let orphan = try await gate.arrival()
            try await bridge.kill()
            orphan.pass("stop")
            try await bridge.start()
            let desk = try #require(try await bridge.openDesk()["token"]?.stringValue)
            try await body(AuditedBridge(bridge: bridge, unknown: id, clientToken: token, deskToken: desk))
        }
    }

    /// The number of an answer that is remembered.
    func remembered() async throws -> Int64 {
        let token = try await bridge.token("visitor")
        let sent = try await bridge.post("/v1/events", event("CREATE_RESOURCE", "remembered", Self.payload), token: token)
        _ = try await desk("POST", "events/\(try #require(sent.json?["id"]?.stringValue))/deny")
        let answers = try await bridge.request("GET", "/v1/policy/answers", token: deskToken).json?["answers"]?.arrayValue
        return try #require(answers?.first?["number"]?.integerValue)
    }

    func client(_ method: String, _ path: String, _ body: JSONValue = [:]) async throws -> Int {
        try await answer(method, path, body, clientToken).status
    }

    func desk(_ method: String, _ path: String, _ body: JSONValue = [:]) async throws -> Int {
        try await answer(method, path, body, deskToken).status
    }

    private func answer(_ method: String, _ path: String, _ body: JSONValue, _ token: String) async throws -> RawResponse {
        let json = [("Content-Type", "application/json")]
        return try await bridge.request(
            method, "/v1/" + path, token: token, headers: method == "POST" ? json : [],
            body: method == "POST" ? Array(body.text.utf8) : nil)
    }

    /// An event that waits for an approval.
    func waiting(_ key: String) async throws -> String {
        let answer = try await answer("POST", "events", event("CREATE_RESOURCE", key, Self.payload), clientToken)
        return try #require(answer.json?["id"]?.stringValue, "\(answer.text)")
    }

    /// An event that the person at the desk said no to.
    func failed(_ key: String) async throws -> String {
        let id = try await waiting(key)
        #expect(try await desk("POST", "events/\(id)/deny") == 200)
        return id
    }

    /// The id of a new token.
    func token(_ client: String) async throws -> String {
        let answer = try await answer("POST", "tokens", ["client": .string(client)], deskToken)
        return try #require(answer.json?["id"]?.stringValue, "\(answer.text)")
    }

    /// What both sides of a pairing are answered.
    func pair(answering verb: String) async throws -> (page: Int, desk: Int) {
        let (id, code, _) = try await bridge.openPairing()
        async let page = bridge.pair(code, from: Self.page, as: "paired").status
        #expect(try await answer("GET", "pairing/\(id)", [:], deskToken).json?["state"] == "asked")
        let desk = try await desk("POST", "pairing/\(id)/\(verb)")
        return (try await page, desk)
    }
}
