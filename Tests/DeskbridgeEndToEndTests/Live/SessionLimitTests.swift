import DeskbridgeCore
import DeskbridgeTestSupport
import Testing

/// When live connections and requests are ended or slowed by the bridge.
@Suite(.timeLimit(.minutes(5)))
struct SessionLimitTests {
    @Test func revokingATokenEndsItsConnections() async throws {
        try await withBridge(.samples) { bridge in
            let token = try await bridge.token("dashboard")
            let other = try await bridge.connect(try await bridge.token("other"))
            let socket = try await bridge.connect(token)
            let stream = try await EventStreamClient.open(bridge, token: token)
            try await stream.next("authenticated")
            #expect(try await bridge.command("token", "revoke", "dashboard").code == 0)
            #expect(try await socket.closed().code == 4401)
            #expect(await stream.messages.first { $0.name == "nothing like it" } == nil, "the stream has ended")
            #expect(try await bridge.request("GET", "/v1/status", token: token).status == 401)
            try await other.settle()
        }
    }

    @Test func aRotatedTokenIsGoodForAWhile() async throws {
        try await withBridge(.samples) { bridge in
            let old = try await bridge.token("dashboard")
            let list = try #require(try await bridge.command("token", "list", "--format", "json").json?["tokens"]?.arrayValue)
            let id = try #require(list.first?["id"]?.stringValue)
            let rotated = try await bridge.command("token", "rotate", id, "--format", "json")
            let new = try #require(rotated.json?["token"]?.stringValue)
            for token in [old, new] { #expect(try await bridge.request("GET", "/v1/status", token: token).status == 200) }
            let second = try await bridge.command("token", "rotate", try #require(rotated.json?["id"]?.stringValue), "--overlap", "0s")
            #expect(second.code == 0, "\(second.errors)")
            #expect(try await bridge.request("GET", "/v1/status", token: new).status == 401)
        }
    }

    @Test func aTokenThatWouldBeOfNoUseIsNotMade() async throws {
        try await withBridge(.samples) { bridge in
            let made = try await bridge.command("token", "create", "dashboard", "--expires", "1ms")
            #expect(made.code == 64)
            #expect(made.errors.contains("must be from 1m to 3650d"))
        }
    }

    @Test func connectionsEndWithTheirToken() async throws {
        try await withBridge(.samples) { bridge in
            let token = try await bridge.token("dashboard")
            let socket = try await bridge.connect(token)
            let stream = try await EventStreamClient.open(bridge, token: token)
            try await stream.next("authenticated")
            let list = try #require(try await bridge.command("token", "list", "--format", "json").json?["tokens"]?.arrayValue)
            let id = try #require(list.first?["id"]?.stringValue)
            #expect(try await bridge.command("token", "rotate", id, "--overlap", "1s").code == 0)
            #expect(try await socket.closed().code == 4401)
            #expect(await stream.messages.first() == nil)
        }
    }

    @Test func tokensOutliveTheBridge() async throws {
        try await withBridge(.samples) { bridge in
            let (kept, revoked) = (try await bridge.token("kept"), try await bridge.token("revoked"))
            _ = try await bridge.command("token", "revoke", "revoked")
            try await bridge.kill()
            try await bridge.start()
            #expect(try await bridge.request("GET", "/v1/status", token: kept).status == 200)
            #expect(try await bridge.request("GET", "/v1/status", token: revoked).status == 401)
        }
    }

    @Test func aNewerSessionReplacesTheOneBefore() async throws {
        try await withBridge(.samples) { bridge in
            let token = try await bridge.token("kiosk", "--single-session")
            let first = try await bridge.connect(token)
            let second = try await bridge.connect(token)
            #expect(try await first.closed().code == 4002)
            second.send(event("CREATE_RESOURCE", "k", ["name": "A", "user": "x"]))
            try await second.next("RESOURCE_CREATED")
        }
    }

    @Test func tooManyMessagesAreRefusedUntilTimeHasPassed() async throws {
        var files = BridgeFiles.samples
        files.configuration = "limits: {rate: 5/10m}\n"
        try await withBridge(files) { bridge in
            let token = try await bridge.token("dashboard")
            let socket = try await bridge.connect(token)
            for number in 1...9 { socket.send(event("CREATE_RESOURCE", "k\(number)", ["name": .string("P\(number)"), "user": "x"])) }
            let refused = try await socket.next("error", ["code": "rate_limited"])
            #expect((refused["retryAfter"]?.integerValue ?? 0) > 0)
            #expect(refused["idempotencyKey"]?.stringValue?.hasPrefix("k") == true)
            let answer = try await bridge.request("GET", "/v1/status", token: token)
            #expect(answer.status == 429)
            #expect(answer.code == "rate_limited")
            #expect((answer.headers["retry-after"].flatMap { Int($0) } ?? 0) > 0)
            // Another client has its own rate, and a token may carry one.
            let generous = try await bridge.token("generous", "--rate", "1000/10s")
            for _ in 1...8 { #expect(try await bridge.request("GET", "/v1/status", token: generous).status == 200) }
            #expect(socket.all("accepted").count <= 5)
        }
    }

    @Test func whoGoesOnThoughRefusedIsCutOff() async throws {
        var files = BridgeFiles.samples
        files.configuration = "limits: {rate: 1/10m}\n"
        try await withBridge(files) { bridge in
            let socket = try await bridge.connect(try await bridge.token("dashboard"))
            for _ in 1...100 { socket.send(["type": "ping"]) }
            #expect(try await socket.closed().code == 4429)
            #expect(try await bridge.serves())
        }
    }

    @Test func aPolicyRuleMayHaveARate() async throws {
        var files = BridgeFiles.samples
        files.policies["00-slow"] = "rules: [{allow: [CREATE_RESOURCE], clients: [dashboard], rate: 2/10m}]\n"
        try await withBridge(files) { bridge in
            let token = try await bridge.token("dashboard")
            var statuses: [Int] = []
            for number in 1...3 {
                let payload: JSONValue = ["name": .string("P\(number)"), "user": "x"]
                statuses.append(try await bridge.postAndWait(event("CREATE_RESOURCE", "k\(number)", payload), token: token).status)
            }
            #expect(statuses == [200, 200, 429])
            // Looking costs nothing, and what was taken before is answered again.
            #expect(
                try await bridge.command("dry-run", "CREATE_RESOURCE", "--set", "name=A", "--set", "user=x", "--client", "dashboard").code
                    == 0)
        }
    }

    @Test func whoDoesNotReadIsCutOff() async throws {
        var files = BridgeFiles.samples
        files.configuration = "limits: {rate: 1000000/1s, unsent: 64KiB}\n"
        try await withBridge(files) { bridge in
            let token = try await bridge.token("dashboard")
            let lazy = try TCPConnection(port: bridge.port, readsAtOnce: false, receiveBuffer: 4096)
            let request: JSONValue = ["type": "request", "id": "r", "action": "list_actions"]
            var bytes: [UInt8] = []
            for _ in 1...12_000 { bytes += BrowserFrame(BrowserFrame.text, Array(request.text.utf8)).bytes }
            // The handshake's answer is read along with everything else, once the bridge has had enough.
            let head =
                "GET /v1/ws HTTP/1.1\r\nHost: 127.0.0.1:\(bridge.port)\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nAuthorization: Bearer \(token)\r\n\r\n"
            lazy.send(head)
            lazy.send(bytes)
            let watcher = try await bridge.connect(try await bridge.token("watcher"))
            // Its session goes once it is cut off.
            while try await bridge.status()["clients"]?.arrayValue?.contains(where: { $0["client"] == "dashboard" }) == true {}
            lazy.startReading()
            let all = await lazy.rest()
            let close: [UInt8] = [UInt8(4413 >> 8), UInt8(4413 & 0xFF)]
            #expect(
                all.suffix(130).indices.contains { all[$0] == 0x88 && all[($0 + 2)...].starts(with: close) },
                "the last frame is a close frame with 4413")
            try await watcher.settle()
        }
    }

    @Test func aMessageThatIsTooBigClosesWith1009() async throws {
        var files = BridgeFiles.samples
        files.configuration = "limits: {message: 1KiB}\n"
        try await withBridge(files) { bridge in
            let token = try await bridge.token("dashboard")
            let one = try await bridge.connect(token)
            one.send(event("CREATE_RESOURCE", "k", ["name": "A", "user": .string(String(repeating: "x", count: 1024))]))
            #expect(try await one.closed().code == 1009)
            // In pieces, none of which is too big.
            let two = try await bridge.connect(token)
            for number in 0..<3 {
                var frame = BrowserFrame(number == 0 ? BrowserFrame.text : 0, Array(repeating: UInt8(ascii: " "), count: 500))
                frame.isFinal = false
                two.send(frame)
            }
            #expect(try await two.closed().code == 1009)
            // One that only claims to be.
            let three = try await bridge.connect(token)
            var frame = BrowserFrame(BrowserFrame.text, [])
            frame.claimedLength = 1 << 40
            three.send(frame)
            #expect(try await three.closed().code == 1009)
            let four = try await bridge.connect(token)
            four.send(event("CREATE_RESOURCE", "k", ["name": "A", "user": .string(String(repeating: "x", count: 80))]))
            try await four.next("RESOURCE_CREATED")
        }
    }

    @Test func tooManyWrongTokensAreRefusedAndGoodOnesStillWork() async throws {
        var files = BridgeFiles.samples
        files.configuration = "limits: {failures: 4/10m}\n"
        try await withBridge(files) { bridge in
            let good = try await bridge.token("dashboard")
            let wrong = "dbt_" + String(repeating: "A", count: 43)
            var statuses: [Int] = []
            for _ in 1...5 { statuses.append(try await bridge.request("GET", "/v1/status", token: wrong).status) }
            #expect(statuses == [401, 401, 401, 401, 429])
            let refused = try await bridge.request("GET", "/v1/status", token: wrong)
            #expect(refused.status == 429)
            #expect(refused.headers["retry-after"] != nil)
            let socket = try await BrowserSocket.open(port: bridge.port)
            socket.send(["type": "auth", "token": .string(wrong)])
            #expect(try await socket.closed().code == 4429)
            // No token at all is no wrong one, and who has a good one is not made to wait.
            #expect(try await bridge.request("GET", "/v1/status").status == 401)
            #expect(try await bridge.request("GET", "/v1/status", token: good).status == 200)
        }
    }

    @Test func onlySoManyClientsAreConnected() async throws {
        var files = BridgeFiles.samples
        files.configuration = "limits: {connections: 3}\n"
        try await withBridge(files) { bridge in
            let token = try await bridge.token("dashboard")
            var sockets: [BrowserSocket] = []
            for _ in 1...3 { sockets.append(try await bridge.connect(token)) }
            // The next one is told, by whichever way it comes; the control socket is not counted.
            let request = try await bridge.request("GET", "/v1/status", token: token)
            #expect(request.status == 503 && request.code == "too_many_connections" && request.headers["retry-after"] != nil)
            let refused = await #expect(throws: BrowserSocket.Refused.self) { try await bridge.connect(token) }
            #expect(refused?.response.status == 503)
            let late = try await BrowserSocket.open(port: bridge.port)
            late.send(["type": "auth", "token": .string(token)])
            try await late.next("error", ["code": "too_many_connections"])
            #expect(try await late.closed().code == 4503)
            _ = try await bridge.status()
            try await sockets[0].close()
            // The place is free once TCP is closed on both sides.
            while try await bridge.request("GET", "/v1/status", token: token).status == 503 {}
            try await bridge.connect(token).settle()
            for socket in sockets.dropFirst() { try await socket.settle() }
        }
    }

    @Test func oneClientLeavesPlacesToOthersAndToTheDesk() async throws {
        var files = BridgeFiles.samples
        files.configuration = "limits: {connections: 6, connectionsPerClient: 4}\n"
        try await withBridge(files) { bridge in
            let (greedy, other) = (try await bridge.token("greedy"), try await bridge.token("other"))
            var sockets: [BrowserSocket] = []
            for _ in 1...4 { sockets.append(try await bridge.connect(greedy)) }
            let refused = await #expect(throws: BrowserSocket.Refused.self) { try await bridge.connect(greedy) }
            #expect(refused?.response.status == 503)
            for _ in 1...2 { sockets.append(try await bridge.connect(other)) }
            await #expect(throws: BrowserSocket.Refused.self) { try await bridge.connect(other) }
            // However full it is, the person at the desk comes in.
            let desk = try #require(try await bridge.openDesk()["token"]?.stringValue)
            try await bridge.connect(desk).settle()
            for socket in sockets { try await socket.settle() }
        }
    }

    @Test func whoIsSilentIsDroppedAndWhoAnswersPingsStays() async throws {
        var files = BridgeFiles.samples
        files.configuration = "limits: {ping: 100ms, silence: 300ms}\n"
        try await withBridge(files) { bridge in
            let token = try await bridge.token("dashboard")
            let lively = try await bridge.connect(token)
            let silent = try TCPConnection(port: bridge.port)
            silent.send(
                "GET /v1/ws HTTP/1.1\r\nHost: 127.0.0.1:\(bridge.port)\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nAuthorization: Bearer \(token)\r\n\r\n")
            let received = await silent.rest()
            #expect(received.starts(with: Array("HTTP/1.1 101".utf8)))
            for _ in 1...3 { #expect(await lively.pings.first() != nil) }
            try await lively.settle()
        }
    }

    @Test func onShutdownSocketsAreClosedWith1001AndStreamsEnd() async throws {
        try await withBridge(.samples) { bridge in
            let token = try await bridge.token("dashboard")
            let socket = try await bridge.connect(token)
            let stream = try await EventStreamClient.open(bridge, token: token)
            try await stream.next("authenticated")
            let unauthenticated = try await BrowserSocket.open(port: bridge.port)
            #expect(try await bridge.stop() == .code(0))
            #expect(try await socket.closed().code == 1001)
            #expect(try await unauthenticated.closed().code == 1001)
            #expect(await stream.messages.first() == nil)
        }
    }
}
