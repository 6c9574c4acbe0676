import DeskbridgeCore
import DeskbridgeTestSupport
import Testing

/// What strangers and other clients present: changed tokens, used tickets, and the keys and events of somebody else.
@Suite(.timeLimit(.minutes(5)))
struct HostileCredentialTests {
    /// Everything that is nearly the token, made from it. `Authorization` is sent as it stands.
    static let authorizations: [(name: String, make: @Sendable (String) -> String)] = [
        ("last letter changed", { "Bearer " + $0.dropLast() + ($0.hasSuffix("A") ? "B" : "A") }),
        ("first letter changed", { "Bearer " + $0.prefix(4) + ($0.dropFirst(4).hasPrefix("A") ? "B" : "A") + $0.dropFirst(5) }),
        ("cut short", { "Bearer " + $0.dropLast() }),
        ("one letter more", { "Bearer " + $0 + "A" }),
        ("padded", { "Bearer " + $0 + "=" }),
        ("twice", { "Bearer " + $0 + $0 }),
        ("two of them", { "Bearer \($0) \($0)" }),
        ("two with a comma", { "Bearer \($0), \($0)" }),
        ("two words", { "Bearer Bearer " + $0 }),
        ("in capitals", { "Bearer " + $0.uppercased() }),
        ("in small letters", { "Bearer " + $0.lowercased() }),
        ("another prefix", { "Bearer dbk_" + $0.dropFirst(4) }),
        ("without prefix", { "Bearer " + $0.dropFirst(4) }),
        ("with the standard alphabet", { "Bearer " + $0.replacing("_", with: "/").replacing("-", with: "+") + "/" }),
        ("in quotes", { "Bearer \"\($0)\"" }),
        ("another scheme", { "Token " + $0 }),
        ("a scheme run together", { "Bearer" + $0 }),
        ("as a password", { "Basic " + $0 }),
        ("as a parameter", { "Bearer token=" + $0 }),
        ("with a comment", { "Bearer \($0) (admin)" }),
        ("with a tab inside", { "Bearer \($0.prefix(10))\t\($0.dropFirst(10))" }),
        ("percent encoded", { "Bearer " + $0.replacing("_", with: "%5F") }),
        ("look-alike letters", { "Bearer " + $0.replacing("b", with: "Ь") }),
        ("the word local", { _ in "Bearer local" }),
        ("nothing", { _ in "Bearer" }),
        ("a star", { _ in "Bearer *" }),
        ("very long", { "Bearer " + String(repeating: $0, count: 150) }),
    ]

    @Test func nothingThatIsNearlyATokenIsOne() async throws {
        try await withUnharmedBridge { bridge, token in
            for (name, make) in Self.authorizations {
                let answer = try await bridge.request("GET", "/v1/status", headers: [("Authorization", make(token))])
                #expect(answer.status == 401, "\(name): \(answer.status)")
                #expect(!answer.text.contains(token.dropFirst(8)), "\(name): the answer repeats what was sent")
            }
            for line in bridge.log.all { #expect(!line.contains(token.dropFirst(8)), "the log holds a token") }
        }
    }

    @Test func aTokenCountsOnlyWhereItBelongs() async throws {
        try await withUnharmedBridge { bridge, token in
            let places: [(name: String, headers: [(String, String)])] = [
                ("cookie", [("Cookie", "token=\(token)")]), ("X-Token", [("X-Token", token)]), ("X-API-Key", [("X-API-Key", token)]),
                ("Proxy-Authorization", [("Proxy-Authorization", "Bearer \(token)")]),
                ("user agent", [("User-Agent", "Bearer \(token)")]), ("Forwarded", [("Forwarded", "for=127.0.0.1;by=local")]),
                ("X-Forwarded-For", [("X-Forwarded-For", "127.0.0.1")]), ("X-Forwarded-Host", [("X-Forwarded-Host", "localhost")]),
                ("X-Real-IP", [("X-Real-IP", "127.0.0.1")]), ("X-HTTP-Method-Override", [("X-HTTP-Method-Override", "GET")]),
            ]
            for (name, headers) in places {
                #expect(try await bridge.request("GET", "/v1/status", headers: headers).status == 401, "\(name)")
            }
            let two = [("Authorization", "Bearer \(token)"), ("Authorization", "Bearer \(token)")]
            let answer = try await bridge.request("GET", "/v1/status", headers: two)
            #expect([400, 401].contains(answer.status), "two headers: \(answer.status)")
        }
    }

    @Test func aTicketIsGoodOnceAndForItsOwnerOnly() async throws {
        try await withUnharmedBridge { bridge, token in
            func ticket() async throws -> String {
                let answer = try await bridge.request("POST", "/v1/tickets", token: token)
                return answer.json?["ticket"]?.stringValue ?? ""
            }
            let used = try await ticket()
            let socket = try await BrowserSocket.open(port: bridge.port, path: "/v1/ws?ticket=\(used)")
            try await socket.next("authenticated")
            #expect(try await bridge.request("GET", "/v1/stream?ticket=\(used)").status == 401)
            try await socket.close()

            let fresh = try await ticket()
            let changed = String(fresh.dropLast()) + (fresh.hasSuffix("A") ? "B" : "A")
            let misuses: [(name: String, target: String, headers: [(String, String)], statuses: [Int])] = [
                ("changed", "/v1/stream?ticket=\(changed)", [], [401]),
                ("cut short", "/v1/stream?ticket=\(fresh.dropLast())", [], [401]),
                ("in capitals", "/v1/stream?ticket=\(fresh.uppercased())", [], [401]),
                ("as a token", "/v1/status", [("Authorization", "Bearer \(fresh)")], [401]),
                ("of another page", "/v1/stream?ticket=\(try await ticket())", [("Origin", "https://evil.example")], [403]),
                ("under another name", "/v1/stream?Ticket=\(fresh)", [], [400, 401]),
                ("in a cookie", "/v1/status", [("Cookie", "ticket=\(fresh)")], [401]),
            ]
            for (name, target, headers, statuses) in misuses {
                let answer = try await bridge.request("GET", target, headers: headers)
                #expect(statuses.contains(answer.status), "\(name): \(answer.status)")
            }
        }
    }

    /// It stands in a URL, so it must not be worth what the token is: it neither renews itself nor reaches what the token's owner may do.
    @Test(
        arguments: [
            ("GET", "/v1/status"), ("GET", "/v1/events"), ("GET", "/v1/tokens"), ("POST", "/v1/tickets"), ("POST", "/v1/events"),
            ("POST", "/v1/tokens"), ("GET", "/metrics"), ("GET", "/v1/audit"),
        ])
    func aTicketOpensLiveConnectionsAndNothingElse(method: String, path: String) async throws {
        try await withBridge(.samples) { bridge in
            for token in [try await bridge.token("dashboard"), try #require(try await bridge.openDesk()["token"]?.stringValue)] {
                let ticket = try await bridge.request("POST", "/v1/tickets", token: token).json?["ticket"]?.stringValue ?? ""
                let answer = try await bridge.request(method, "\(path)?ticket=\(ticket)", body: method == "POST" ? Array("{}".utf8) : nil)
                #expect(answer.status == 401 && answer.code == "unauthenticated", "\(answer.text)")
                // It was not used up by that.
                let socket = try await BrowserSocket.open(port: bridge.port, path: "/v1/ws?ticket=\(ticket)")
                try await socket.next("authenticated")
            }
        }
    }

    @Test func aTicketDiesWithItsToken() async throws {
        try await withBridge(.samples) { bridge in
            let token = try await bridge.token("dashboard")
            let ticket = try await bridge.request("POST", "/v1/tickets", token: token).json?["ticket"]?.stringValue ?? ""
            _ = try await bridge.command("token", "revoke", "dashboard")
            #expect(try await bridge.request("GET", "/v1/stream?ticket=\(ticket)").status == 401)
        }
    }

    @Test func theEventsOfAnotherClientCannotBeReachedOrGuessedAt() async throws {
        try await withBridge(.samples) { bridge in
            let owner = try await bridge.token("dashboard")
            let stranger = try await bridge.token("stranger")
            let body = event("CREATE_RESOURCE", "k-1", ["name": "Secret", "user": "x"])
            let made = try await bridge.postAndWait(body, token: owner)
            let id = try #require(made.json?["id"]?.stringValue)
            let missing = "01936d2e-7c1a-7b5e-9d3f-0a1b2c3d4e5f"

            let tries: [(method: String, path: String)] = [
                ("GET", ""), ("POST", "/cancel"), ("POST", "/retry"), ("POST", "/resolve"), ("POST", "/drop"), ("POST", "/replay"),
                ("POST", "/approve"), ("POST", "/deny"),
            ]
            for (method, path) in tries {
                func status(_ id: String) async throws -> Int {
                    try await bridge.request(
                        method, "/v1/events/\(id)\(path)", token: stranger,
                        headers: [("Content-Type", "application/json"), ("Idempotency-Key", "r")],
                        body: method == "POST" ? Array(#"{"as":"succeeded"}"#.utf8) : nil
                    ).status
                }
                let theirs = try await status(id)
                #expect(theirs != 200 && theirs != 202, "\(method) \(path): \(theirs)")
                let none = try await status(missing)
                #expect(theirs == none, "\(method) \(path) tells whether the event is there")
            }
            let listing = try await bridge.request("GET", "/v1/events?client=dashboard", token: stranger)
            #expect(!listing.text.contains(id), "\(listing.text)")
            let own = try await bridge.request("GET", "/v1/events", token: stranger)
            #expect(!own.text.contains(id), "\(own.text)")

            // The same key is another client's own, and neither joins nor learns of the first.
            let again = try await bridge.postAndWait(body, token: stranger)
            #expect(again.json?["id"] != made.json?["id"])
            #expect(again.headers["idempotent-replayed"] == nil)
            let socket = try await bridge.connect(stranger)
            socket.send(["type": "subscribe", "channels": [.string("output:\(id)"), "events"], "since": 0])
            socket.send(["type": "ack", "seq": 1_000_000])
            socket.send(["type": "request", "id": "r", "action": "get_event", "payload": ["id": .string(id)]])
            #expect(try await socket.next("error", ["requestId": "r"])["code"] == "not_found")
            try await socket.settle()
            #expect(!socket.messages.all.contains { $0["id"] == .string(id) })
            #expect(try await bridge.event(id)["state"] == "succeeded")
        }
    }
}
