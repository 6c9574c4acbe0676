import DeskbridgeCore
import DeskbridgeTestSupport
import Testing

/// Requests that must be refused, in tables; after each table the bridge is as it was before.
@Suite(.timeLimit(.minutes(5)))
struct HTTPRefusalTests {
    private func check(_ table: [Refusal]) async throws {
        try await withUnharmedBridge { bridge, token in
            for row in table {
                let presented: String? =
                    switch row.token {
                    case nil: nil
                    case .good: token
                    case .text(let text): text
                    }
                let answer = try await bridge.request(row.method, row.target, token: presented, headers: row.headers, body: row.body)
                #expect(answer.status == row.status, "\(row.name): \(answer.text)")
                guard let code = row.code else { continue }
                #expect(answer.code == code, "\(row.name): \(answer.text)")
                #expect(answer.headers["content-type"] == "application/problem+json", "\(row.name)")
                #expect(answer.json?["status"] == .integer(Int64(row.status)))
                #expect(answer.json?["title"]?.stringValue?.isEmpty == false && answer.json?["detail"]?.stringValue?.isEmpty == false)
                #expect(answer.json?["instance"]?.stringValue?.hasPrefix("urn:") == true)
                let pointers = answer.json?["errors"]?.arrayValue?.compactMap { $0["pointer"]?.stringValue } ?? []
                for pointer in row.pointers { #expect(pointers.contains(pointer), "\(row.name): \(answer.text)") }
            }
        }
    }

    @Test func routes() async throws { try await check(Refusal.routes) }
    @Test func credentials() async throws { try await check(Refusal.credentials) }
    @Test func bodies() async throws { try await check(Refusal.bodies) }
    @Test func malformedJSON() async throws { try await check(Refusal.malformed) }
    @Test func payloads() async throws { try await check(Refusal.payloads) }

    @Test func namesThatNoFolderMayHave() async throws {
        try await withUnharmedBridge { bridge, token in
            for (name, code) in Refusal.names {
                let body = #"{"type":"CREATE_RESOURCE","idempotencyKey":"n","payload":{"name":"\#(name)","user":"x"}}"#
                let answer = try await bridge.request(
                    "POST", "/v1/events", token: token, headers: [("Content-Type", "application/json")], body: Array(body.utf8))
                #expect(answer.status == 422, "\(name): \(answer.text)")
                #expect(answer.code == "invalid_event", "\(name)")
                let codes = answer.json?["errors"]?.arrayValue?.compactMap { $0["code"]?.stringValue }
                #expect(codes?.contains(code) == true, "\(name) breaks \(code): \(answer.text)")
            }
        }
    }

    @Test func aTypeThatIsNearlyRightIsAskedAbout() async throws {
        try await withBridge(.samples) { bridge in
            let token = try await bridge.token("dashboard")
            let answer = try await bridge.post("/v1/events", event("CREATE_RESORCE", "k"), token: token)
            #expect(answer.json?["detail"]?.stringValue?.contains("Did you mean CREATE_RESOURCE?") == true)
        }
    }

    @Test func aChunkedBodyIsMeasuredToo() async throws {
        try await withUnharmedBridge { bridge, token in
            let chunk = "2000\r\n" + String(repeating: " ", count: 0x2000) + "\r\n"
            let head =
                "POST /v1/events HTTP/1.1\r\nHost: localhost:\(bridge.port)\r\nAuthorization: Bearer \(token)\r\n"
                + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
            let answer = try await bridge.exchange(Array((head + String(repeating: chunk, count: 20) + "0\r\n\r\n").utf8))
            #expect(answer.status == 413)
            #expect(answer.code == "too_large")
        }
    }

    /// Bytes that are no HTTP, or hide a second request in a first one.
    static let garbage: [(name: String, text: String, statuses: [Int])] = [
        ("nonsense", "hello\r\n\r\n", [400]),
        ("TLS", "\u{16}\u{03}\u{01}\u{02}\u{00}\u{01}\u{00}\r\n\r\n", [400]),
        ("two lengths", "POST /v1/events HTTP/1.1\r\nHost: localhost:PORT\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello", [400]),
        (
            "length and chunks",
            "POST /v1/events HTTP/1.1\r\nHost: localhost:PORT\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", [400]
        ),
        ("length that is no number", "POST /v1/events HTTP/1.1\r\nHost: localhost:PORT\r\nContent-Length: many\r\n\r\n", [400]),
        ("space in the header's name", "GET /healthz HTTP/1.1\r\nHost : localhost:PORT\r\n\r\n", [400]),
        ("no host", "GET /healthz HTTP/1.1\r\n\r\n", [400, 421]),
        ("two hosts", "GET /healthz HTTP/1.1\r\nHost: localhost:PORT\r\nHost: evil.example\r\n\r\n", [400]),
        ("old version without a host", "GET /healthz HTTP/1.0\r\n\r\n", [400, 421]),
        ("unknown version", "GET /healthz HTTP/9.9\r\nHost: localhost:PORT\r\n\r\n", [400, 505]),
        ("huge header", "GET /healthz HTTP/1.1\r\nHost: localhost:PORT\r\nX: \(String(repeating: "x", count: 100_000))\r\n\r\n", [431]),
        ("huge target", "GET /\(String(repeating: "x", count: 100_000)) HTTP/1.1\r\nHost: localhost:PORT\r\n\r\n", [400, 414, 431]),
        ("proxy request", "GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n", [421]),
        ("CONNECT", "CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n", [400, 404, 405, 421]),
    ]

    @Test func whatIsNoHTTPIsRefused() async throws {
        try await withUnharmedBridge { bridge, _ in
            for (name, text, statuses) in Self.garbage {
                let text = text.replacing("PORT", with: String(bridge.port))
                let connection = try TCPConnection(port: bridge.port)
                connection.send(text)
                connection.finishSending()
                let bytes = await connection.rest()
                let answer = RawResponse(bytes)
                #expect(
                    answer.map { statuses.contains($0.status) } == true, "\(name): \(String(decoding: bytes, as: UTF8.self).prefix(300))")
                connection.close()
            }
        }
    }

    @Test func whoSendsItsHeadersTooSlowlyIsCutOff() async throws {
        var files = BridgeFiles.samples
        files.configuration = "limits: {headers: 100ms}\n"
        try await withBridge(files) { bridge in
            let connection = try TCPConnection(port: bridge.port)
            connection.send("GET /healthz HTTP/1.1\r\nHost: localhost:\(bridge.port)\r\nX-Slow: ")
            #expect(RawResponse(await connection.rest())?.status == 408)
            let silent = try TCPConnection(port: bridge.port)
            #expect(await silent.rest() == [])
            #expect(try await bridge.serves())
        }
    }
}

/// Gives a test a bridge with its own token, and checks afterwards that it still serves, holds no more descriptors than before, and
/// has made nothing.
func withUnharmedBridge(_ body: (RunningBridge, String) async throws -> Void) async throws {
    var files = BridgeFiles.samples
    files.configuration = "limits: {rate: 100000/10s, failures: 100000/1m}\n"
    try await withBridge(files) { bridge in
        let token = try await bridge.token("dashboard", "--origin", "https://studio.example")
        func useEverythingOnce() async throws {
            // An event, a stream and a socket: what is opened for good when it is first used is open now.
            let socket = try await bridge.connect(token)
            socket.send(event("CREATE_RESOURCE", "healthy", ["name": "Healthy", "user": "x"]))
            try await socket.next("RESOURCE_CREATED")
            try await socket.close()
            #expect(try await bridge.request("GET", "/v1/status", token: token).status == 200)
        }
        try await useEverythingOnce()
        let before = try await bridge.settledDescriptors(atMost: 0)
        let tree = bridge.home.tree("user")
        try await body(bridge, token)
        try await useEverythingOnce()
        let after = try await bridge.settledDescriptors(atMost: before.count)
        #expect(after.count <= before.count, "descriptors leaked: \(before) before, \(after) after")
        #expect(bridge.home.tree("user") == tree, "nothing was made")
        #expect(try await bridge.status()["finals"]?["succeeded"] == 1)
    }
}

extension RunningBridge {
    /// What is open once the connections that were closed are gone: each look costs the bridge a request, and it has at most a
    /// hundred to get there.
    func settledDescriptors(atMost wanted: Int) async throws -> [String] {
        var least = bounded
        for _ in 1...100 where least.count > wanted {
            _ = try await request("GET", "/healthz")
            let now = bounded
            if now.count < least.count { least = now }
        }
        return least
    }

    /// The ledger opens more readers as they are needed, up to a limit of its own.
    private var bounded: [String] { descriptors.filter { !$0.contains("/state/ledger.db") } }
}
