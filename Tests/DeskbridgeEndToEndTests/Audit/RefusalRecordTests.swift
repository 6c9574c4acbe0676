import DeskbridgeCore
import DeskbridgeTestSupport
import Testing

/// Whoever is turned away is recorded with where they knocked, and as nobody.
@Suite(.timeLimit(.minutes(2))) struct RefusalRecordTests {
    private static let evil = "https://evil.example"
    private static let wrong = "dbt_" + String(repeating: "A", count: 43)

    private struct Knock: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let verb: String
        let entrance: String
        let detail: String
        let origin: String?
        let perform: @Sendable (RunningBridge) async throws -> Void

        init(
            _ description: String, _ verb: String, _ entrance: String, _ detail: String, from origin: String? = nil,
            _ perform: @escaping @Sendable (RunningBridge) async throws -> Void
        ) {
            testDescription = description
            self.verb = verb
            self.entrance = entrance
            self.detail = detail
            self.origin = origin
            self.perform = perform
        }
    }

    private static let knocks: [Knock] = [
        Knock("a wrong token", "sign_in", "http", "unauthenticated", from: evil) { bridge in
            _ = try await bridge.request("GET", "/v1/status", token: wrong, headers: [("Origin", evil)])
        },
        Knock("a good token from another page", "sign_in", "http", "origin_forbidden", from: evil) {
            bridge in
            _ = try await bridge.request("GET", "/v1/status", token: bridge.token("dashboard"), headers: [("Origin", evil)])
        },
        Knock("a wrong token in a handshake", "sign_in", "websocket", "unauthenticated") {
            bridge in
            _ = try? await BrowserSocket.open(port: bridge.port, subprotocols: ["deskbridge.v1", "bearer.\(wrong)"])
        },
        Knock("a wrong token in a message", "sign_in", "websocket", "unauthenticated") {
            bridge in
            let socket = try await BrowserSocket.open(port: bridge.port)
            socket.send(["type": "auth", "token": .string(wrong)])
            _ = try await socket.closed()
        },
        Knock("a page without a token", "knock", "websocket", "origin_forbidden", from: evil) {
            bridge in
            _ = try? await BrowserSocket.open(port: bridge.port, headers: [("Origin", evil)])
        },
        Knock("a ticket of another page", "sign_in", "websocket", "origin_forbidden", from: evil) { bridge in
            let token = try await bridge.token("dashboard", "--origin", "https://studio.example")
            let ticket = try #require(try await bridge.request("POST", "/v1/tickets", token: token).json?["ticket"]?.stringValue)
            _ = try? await BrowserSocket.open(port: bridge.port, path: "/v1/ws?ticket=\(ticket)", headers: [("Origin", evil)])
        },
        Knock("a used ticket", "sign_in", "websocket", "unauthenticated") { bridge in
            let token = try await bridge.token("dashboard")
            let ticket = try #require(try await bridge.request("POST", "/v1/tickets", token: token).json?["ticket"]?.stringValue)
            try await BrowserSocket.open(port: bridge.port, path: "/v1/ws?ticket=\(ticket)").close()
            _ = try? await BrowserSocket.open(port: bridge.port, path: "/v1/ws?ticket=\(ticket)")
        },
        Knock("a used console ticket", "open_console", "http", "unauthenticated", from: "http://127.0.0.1:PORT") {
            bridge in
            let ticket = try await bridge.deskTicket()
            _ = try await bridge.exchange(ticket: ticket)
            #expect(try await bridge.exchange(ticket: ticket).status == 401)
        },
        Knock("a console ticket from another page", "open_console", "http", "origin_forbidden", from: evil) {
            bridge in
            _ = try await bridge.exchange(ticket: try await bridge.deskTicket(), origin: evil)
        },
        Knock("a wrong pairing code", "pair", "http", "unauthenticated", from: evil) { bridge in
            _ = try await bridge.openPairing()
            _ = try await bridge.pair("2222-2222", from: evil)
        },
        Knock("a pairing without an origin", "pair", "http", "origin_forbidden") { bridge in
            _ = try await bridge.post("/v1/pair", ["code": "x", "client": "dashboard"])
        },
        Knock("another host's name", "knock", "http", "wrong_host") { bridge in
            _ = try await bridge.request("GET", "/v1/status", headers: [("Host", "evil.example")])
        },
        Knock("a token in a URL", "knock", "http", "token_in_url") { bridge in
            _ = try await bridge.request("GET", "/v1/status?token=\(wrong)")
        },
        Knock("a preflight from another page", "knock", "http", "origin_forbidden", from: evil) { bridge in
            _ = try await bridge.request(
                "OPTIONS", "/v1/events", headers: [("Origin", evil), ("Access-Control-Request-Method", "POST")])
        },
        Knock("a form of another site", "knock", "http", "origin_forbidden", from: evil) { bridge in
            _ = try await bridge.request(
                "POST", "/v1/events", headers: [("Origin", evil), ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "navigate")],
                body: [])
        },
    ]

    @Test(arguments: knocks) private func aRefusalIsRecorded(knock: Knock) async throws {
        try await withBridge(.samples) { bridge in
            try await knock.perform(bridge)
            let denied = try await bridge.audit().filter { $0["outcome"] == "denied" }
            let record = try #require(denied.first, "nothing was recorded")
            #expect(denied.count == 1, "\(denied.map(\.text))")
            #expect(record["verb"]?.stringValue == knock.verb && record["entrance"]?.stringValue == knock.entrance, "\(record.text)")
            #expect(record["detail"]?.stringValue == knock.detail && record["identity"] == "nobody", "\(record.text)")
            #expect(record["origin"]?.stringValue == knock.origin?.replacing("PORT", with: "\(bridge.port)"), "\(record.text)")
            #expect(!record.text.contains(Self.wrong) && !record.text.contains("2222"))
        }
    }

    @Test func whatAClientMayNotDoWithEventsIsRecorded() async throws {
        var files = BridgeFiles.samples
        files.configuration = "limits: {rate: 6/1h}\n"
        try await withBridge(files) { bridge in
            let (studio, other) = (try await bridge.token("studio"), try await bridge.token("other"))
            let made = try await bridge.postAndWait(event("CREATE_RESOURCE", "k", ["name": "A", "user": "x"]), token: studio)
            let id = try #require(made.json?["id"]?.stringValue)
            #expect(try await bridge.post("/v1/events/\(id)/cancel", [:], token: other).status == 404)
            #expect(try await bridge.request("GET", "/v1/events/\(id)", token: other).status == 404)
            #expect(try await bridge.post("/v1/events/\(id)/approve", [:], token: studio).status == 403)
            for _ in 1...5 { _ = try await bridge.request("GET", "/v1/status", token: studio) }
            let denied = try await bridge.audit().filter { $0["outcome"] == "denied" }
            func find(_ verb: String, _ client: String) -> JSONValue? {
                denied.first { $0["verb"]?.stringValue == verb && $0["client"]?.stringValue == client }
            }
            #expect(find("manage", "other")?["subject"]?.stringValue == id && find("see", "other")?["detail"] == "not_found")
            #expect(find("decide", "studio")?["detail"] == "forbidden")
            #expect(find("send", "studio")?["detail"] == "rate_limited" && find("send", "studio")?["entrance"] == "http")
        }
    }

    @Test func pagesThatGuessEndAPairingAndTheRecordSaysWhich() async throws {
        try await withBridge(.samples) { bridge in
            _ = try await bridge.openPairing(for: Self.evil)
            for _ in 1...5 { _ = try await bridge.pair("2222-2222", from: Self.evil) }
            let records = try await bridge.audit().filter { $0["verb"] == "pair" }
            #expect(records.map { $0["outcome"]?.stringValue } == ["opened", "denied", "denied", "denied", "denied", "guessed", "denied"])
            #expect(records.dropFirst().allSatisfy { $0["origin"]?.stringValue == Self.evil && $0["identity"] == "nobody" })
        }
    }

    @Test func whatTheBridgeRunsWithIsRecordedAndThatItStopped() async throws {
        try await withBridge(.samples) { bridge in
            let sum = try ChildProcess(
                ["/usr/bin/sha256sum", bridge.home.bridge + "/deskbridge.yaml"], environment: bridge.home.environment,
                directory: bridge.home.root, input: nil)
            let digest = JSONValue.string(String(try await sum.result().output.prefix(64)))
            let atStart = try await bridge.audit()
            #expect(detail(of: "configure", in: atStart) == digest)
            try bridge.home.write(
                "bridge/actions/other.yaml",
                EngineBench.probeAction.replacing("probe: \"{name}\"", with: "folder: {root: ~/Projects, name: \"{name}\"}"))
            _ = try await bridge.logged("definitions.reloaded")
            let reloaded = try await bridge.audit()
            let before = detail(of: "start", in: atStart)
            let after = detail(of: "reload", in: reloaded)
            #expect(after != nil && before != nil && after != before, "another action is another state")
            try await bridge.stop()
            let atEnd = try await bridge.audit()
            #expect(atEnd.last?["verb"] == "stop")
        }
    }

    private func detail(of verb: String, in records: [JSONValue]) -> JSONValue? {
        records.last { $0["verb"]?.stringValue == verb }?["detail"]
    }
}
