import DeskbridgeCore
import DeskbridgeTestSupport
import Testing

/// What keeps other web pages out: the names the bridge answers to, and the origins it answers.
@Suite(.timeLimit(.minutes(5)))
struct HostAndOriginTests {
    private static let goodHosts = ["127.0.0.1:PORT", "localhost:PORT", "LOCALHOST:PORT", "LocalHost:PORT", "[::1]:PORT"]
    private static let badHosts = [
        "evil.example", "evil.example:PORT", "127.0.0.1.evil.example:PORT", "localhost.evil.example:PORT", "localhost.:PORT",
        "127.0.0.1.:PORT", "127.0.0.1",
        "localhost", "127.0.0.1:1", "localhost:80", "localhost:PORT0", "localhost:0PORT", "localhost:", "user@localhost:PORT",
        "localhost:PORT@evil.example",
        "127.1:PORT", "0.0.0.0:PORT", "127.0.0.2:PORT", "[::ffff:127.0.0.1]:PORT", "[0:0:0:0:0:0:0:1]:PORT", "::1:PORT", "2130706433:PORT",
        "0x7f000001:PORT",
        "localhost:PORT, evil.example", "localhost :PORT", "ｌocalhost:PORT", "",
    ]

    @Test func onlyOurOwnNamesAreAnswered() async throws {
        try await withUnharmedBridge { bridge, token in
            func status(_ host: String, _ target: String) async throws -> RawResponse {
                try await bridge.request(
                    "GET", target, token: token, headers: [("Host", host.replacing("PORT", with: String(bridge.port)))])
            }
            for host in Self.goodHosts { #expect(try await status(host, "/v1/status").status == 200, "\(host)") }
            for host in Self.badHosts {
                for target in ["/v1/status", "/healthz", "/", "/nothing"] {
                    let answer = try await status(host, target)
                    #expect(
                        answer.status == 421 || answer.status == 400 && host.isEmpty, "\(host) \(target): \(answer.status) \(answer.text)")
                    if answer.status == 421 { #expect(answer.code == "wrong_host") }
                }
            }
        }
    }

    @Test func noSocketOpensForAnotherName() async throws {
        try await withUnharmedBridge { bridge, token in
            for host in Self.badHosts where !host.isEmpty {
                let host = host.replacing("PORT", with: String(bridge.port))
                let refused = await #expect(throws: BrowserSocket.Refused.self, "\(host)") {
                    try await BrowserSocket.open(port: bridge.port, subprotocols: ["deskbridge.v1", "bearer.\(token)"], host: host)
                }
                #expect(refused?.response.status == 421, "\(host)")
            }
        }
    }

    @Test func pagesOfOtherOriginsAreRefused() async throws {
        try await withUnharmedBridge { bridge, token in
            for origin in Refusal.origins {
                let body = event("CREATE_RESOURCE", "o", ["name": "Owned", "user": "x"])
                let answer = try await bridge.post("/v1/events", body, token: token, headers: [("Origin", origin)])
                #expect(answer.status == 403, "\(origin): \(answer.text)")
                #expect(answer.code == "origin_forbidden", "\(origin)")
                #expect(answer.headers["access-control-allow-origin"] == nil, "\(origin)")
                let refused = await #expect(throws: BrowserSocket.Refused.self, "\(origin)") {
                    try await BrowserSocket.open(
                        port: bridge.port, subprotocols: ["deskbridge.v1", "bearer.\(token)"], headers: [("Origin", origin)])
                }
                #expect(refused?.response.status == 403, "\(origin)")
                let anonymous = await #expect(throws: BrowserSocket.Refused.self, "\(origin)") {
                    try await BrowserSocket.open(port: bridge.port, headers: [("Origin", origin)])
                }
                #expect([401, 403, 426].contains(anonymous?.response.status ?? 0), "\(origin)")
            }
        }
    }

    @Test func ourOwnPageIsAnsweredWithCORS() async throws {
        try await withBridge(.samples) { bridge in
            let token = try await bridge.token("dashboard", "--origin", "https://studio.example")
            let body = event("CREATE_RESOURCE", "k", ["name": "A", "user": "x"])
            let answer = try await bridge.post("/v1/events", body, token: token, headers: [("Origin", "https://studio.example")])
            #expect(answer.status == 202)
            #expect(answer.headers["access-control-allow-origin"] == "https://studio.example")
            #expect(answer.headers["access-control-allow-credentials"] == nil)
            #expect(answer.headers["vary"]?.lowercased().contains("origin") == true)
            for name in ["location", "retry-after", "idempotent-replayed"] {
                #expect(answer.headers["access-control-expose-headers"]?.lowercased().contains(name) == true)
            }
            // A page must be able to read why it was refused.
            let refused = try await bridge.post(
                "/v1/events", event("NOTHING", "k"), token: token, headers: [("Origin", "https://studio.example")])
            #expect(refused.status == 422)
            #expect(refused.headers["access-control-allow-origin"] == "https://studio.example")
            let anonymous = try await bridge.request("GET", "/v1/status", headers: [("Origin", "https://studio.example")])
            #expect(anonymous.status == 401)
            #expect(anonymous.headers["access-control-allow-origin"] == "https://studio.example")
        }
    }

    @Test func preflightsOfKnownOriginsAreAnsweredAndNoOthers() async throws {
        try await withBridge(.samples) { bridge in
            _ = try await bridge.token("dashboard", "--origin", "https://studio.example")
            func preflight(_ origin: String, _ more: [(String, String)] = []) async throws -> RawResponse {
                try await bridge.request(
                    "OPTIONS", "/v1/events",
                    headers: [
                        ("Origin", origin), ("Access-Control-Request-Method", "POST"),
                        ("Access-Control-Request-Headers", "authorization,content-type,idempotency-key,prefer"),
                    ] + more)
            }
            let known = try await preflight("https://studio.example", [("Access-Control-Request-Private-Network", "true")])
            #expect(known.status == 204)
            #expect(known.headers["access-control-allow-origin"] == "https://studio.example")
            #expect(known.headers["access-control-allow-methods"]?.contains("POST") == true)
            let allowed = known.headers["access-control-allow-headers"]?.lowercased() ?? ""
            for name in ["authorization", "content-type", "idempotency-key", "prefer", "last-event-id"] { #expect(allowed.contains(name)) }
            #expect(known.headers["access-control-allow-private-network"] == "true")
            #expect(try await preflight("https://studio.example").headers["access-control-allow-private-network"] == nil)

            for origin in Refusal.origins {
                let unknown = try await preflight(origin, [("Access-Control-Request-Private-Network", "true")])
                #expect(!(200..<300).contains(unknown.status), "\(origin): \(unknown.status)")
                #expect(unknown.headers.keys.allSatisfy { !$0.hasPrefix("access-control-") }, "\(origin)")
            }
            // A token that is gone takes its origins with it.
            _ = try await bridge.command("token", "revoke", "dashboard")
            #expect(try await preflight("https://studio.example").status != 204)
        }
    }
}
