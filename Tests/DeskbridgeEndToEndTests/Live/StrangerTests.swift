import DeskbridgeCore
import DeskbridgeTestSupport
import Foundation
import Testing

/// What those who have not signed in can take from those who have: nothing.
@Suite(.timeLimit(.minutes(1)))
struct StrangerTests {
    private static let files: BridgeFiles = {
        var files = BridgeFiles.samples
        files.configuration =
            "limits: {strangers: 4, backlog: 4, connections: 3, rate: 10000/10s, headers: 10m, authentication: 10m, failures: 10000/1s}\n"
        return files
    }()

    /// What a stranger sends to hold its connection.
    enum Trick: CaseIterable {
        case nothing, slowHead, slowBody, openUpgrade, requestAndSilence

        func text(_ port: Int) -> String {
            let host = "Host: 127.0.0.1:\(port)\r\n"
            return switch self {
            case .nothing: ""
            case .slowHead: "GET /v1/status HTTP/1.1\r\n\(host)X: "
            case .slowBody:
                "POST /v1/console/session HTTP/1.1\r\n\(host)Origin: http://127.0.0.1:\(port)\r\nContent-Type: application/json\r\n"
                    + "Content-Length: 1000\r\n\r\n{"
            case .openUpgrade:
                "GET /v1/ws HTTP/1.1\r\n\(host)Upgrade: websocket\r\nConnection: Upgrade\r\n"
                    + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
            case .requestAndSilence: "GET /healthz HTTP/1.1\r\n\(host)\r\n"
            }
        }
    }

    @Test(arguments: Trick.allCases) func whoHoldsAConnectionGivesWayToWhoeverComesNext(_ trick: Trick) async throws {
        try await withBridge(Self.files) { bridge in
            let token = try await bridge.token("dashboard")
            let client = try await bridge.connect(token)
            var strangers: [TCPConnection] = []
            for _ in 1...12 {
                let stranger = try TCPConnection(port: bridge.port)
                stranger.send(trick.text(bridge.port))
                strangers.append(stranger)
            }
            // Only four can be there at one time.
            await Self.ended(8, of: strangers)
            try await client.settle()
            #expect(try await bridge.request("GET", "/v1/status", token: token).status == 200)
            try await bridge.connect(token).settle()
            for stranger in strangers { stranger.close() }
        }
    }

    /// Returns once this many of the connections were ended by the bridge. They are accepted on several threads, so in no strict order.
    private static func ended(_ count: Int, of strangers: [TCPConnection]) async {
        await withTaskGroup(of: Void.self) { group in
            for stranger in strangers { group.addTask { _ = await stranger.rest() } }
            for _ in 1...count { await group.next() }
            group.cancelAll()
        }
    }

    @Test func aRequestThatIsBeingAnsweredOutlastsThoseThatAreNot() async throws {
        try await withBridge(Self.files) { bridge in
            let gate = try bridge.home.turnstile("gate")
            let token = try await bridge.token("dashboard")
            async let answer = bridge.postAndWait(event("WORK", "k"), token: token)
            let visitor = try await gate.arrival()
            for _ in 1...20 { try TCPConnection(port: bridge.port).close() }
            var strangers: [TCPConnection] = []
            for _ in 1...20 { strangers.append(try TCPConnection(port: bridge.port)) }
            await Self.ended(16, of: strangers)
            visitor.pass()
            #expect(try await answer.status == 200)
            for stranger in strangers { stranger.close() }
        }
    }

    @Test func floodsOfWrongTokensAndFramesDontReachTheClients() async throws {
        try await withBridge(Self.files) { bridge in
            let client = try await bridge.connect(try await bridge.token("dashboard"))
            let port = bridge.port
            await withTaskGroup(of: Void.self) { group in
                for number in 1...40 {
                    group.addTask {
                        guard let stranger = try? TCPConnection(port: port) else { return }
                        let wrong = "Authorization: Bearer dbt_\(String(repeating: "A", count: 43))\r\n"
                        for _ in 1...25 { stranger.send("GET /v1/status HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\n\(wrong)\r\n") }
                        if number % 2 == 0 {
                            stranger.send(Trick.openUpgrade.text(port))
                            stranger.send([0x81, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF])
                        }
                        stranger.finishSending()
                        _ = await stranger.rest()
                        stranger.close()
                    }
                }
                for number in 1...20 {
                    client.send(event("CREATE_RESOURCE", "k\(number)", ["name": .string("P\(number)"), "user": "x"]))
                }
                for _ in 1...20 { _ = try? await client.next("RESOURCE_CREATED") }
            }
            #expect(client.all("RESOURCE_CREATED").count == 20)
            #expect(try await bridge.serves())
        }
    }

    @Test func withoutDescriptorsTheBridgePausesAndGoesOn() async throws {
        var files = Self.files
        files.configuration = "limits: {strangers: 1000}\n"
        try await withBridge(files) { bridge in
            let token = try await bridge.token("dashboard")
            let client = try await bridge.connect(token)
            // The limit is on the numbers (getrlimit(2)), and the lowest free one is taken: eight are left.
            let taken = Set(try FileManager.default.contentsOfDirectory(atPath: "/proc/\(bridge.pid)/fd").compactMap { Int($0) })
            let most = try #require((0...).lazy.filter { !taken.contains($0) }.prefix(9).max())
            let limit = try ChildProcess(
                ["/usr/bin/prlimit", "--pid", String(bridge.pid), "--nofile=\(most):\(most)"], environment: [:])
            #expect(try await limit.result().exit == .code(0))
            var strangers: [TCPConnection] = []
            for _ in 1...40 { strangers.append(try TCPConnection(port: bridge.port)) }
            _ = try await bridge.logged("listen.exhausted")
            // One stranger after the other gives its descriptor back, and who is known notices nothing.
            await Self.ended(5, of: strangers)
            try await client.settle()
            for stranger in strangers { stranger.close() }
            #expect(try await bridge.request("GET", "/v1/status", token: token).status == 200)
        }
    }
}
