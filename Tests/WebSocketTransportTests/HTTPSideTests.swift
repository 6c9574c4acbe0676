import HTTPTypes
import HummingbirdCore
import NIOCore
import Testing

@testable import WebSocketTransport

/// The HTTP side of the port, on real sockets.
@Suite(.timeLimit(.minutes(1)))
struct HTTPSideTests {
    private static func request(_ line: String = "GET /", _ fields: String..., body: String = "") -> String {
        let fields = ["Host: localhost"] + fields + (body.isEmpty ? [] : ["Content-Length: \(body.utf8.count)"])
        return "\(line) HTTP/1.1\r\n" + fields.map { $0 + "\r\n" }.joined() + "\r\n" + body
    }

    @Test func answersRequestsOnOneConnectionThenUpgradesIt() async throws {
        try await TestServer().run { server in
            try await RawClient.connect(to: server.port) { client in
                try await client.send(Self.request("GET /a"))
                #expect(try await client.readResponse().body == "GET /a ")
                try await client.send(Self.request("POST /b", body: "some text"))
                #expect(try await client.readResponse().body == "POST /b some text")
                // Two requests and a handshake at once.
                try await client.send(Self.request("GET /c") + Self.request("GET /d") + RawClient.handshake)
                #expect(try await client.readResponse().body == "GET /c ")
                #expect(try await client.readResponse().body == "GET /d ")
                #expect(try await client.readHead().hasPrefix("HTTP/1.1 101 "))
                try await client.send(RawFrame(RawFrame.text, "both"))
                #expect(try await client.readFrame() == RawFrame(RawFrame.text, "both"))
            }
        }
    }

    @Test func servesBothAtTheSameTime() async throws {
        try await TestServer().run { server in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<20 {
                    group.addTask {
                        try await RawClient.open(server.port) { client in
                            for round in 0..<20 {
                                try await client.send(RawFrame(RawFrame.text, "\(number) \(round)"))
                                #expect(try await client.readFrame() == RawFrame(RawFrame.text, "\(number) \(round)"))
                            }
                        }
                    }
                    group.addTask {
                        try await RawClient.connect(to: server.port) { client in
                            for round in 0..<20 {
                                try await client.send(Self.request("GET /\(number)/\(round)"))
                                #expect(try await client.readResponse().body == "GET /\(number)/\(round) ")
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test func passesARefusedHandshakeToTheResponder() async throws {
        try await TestServer(deciding: { _, _ in .passOn }).run { server in
            try await RawClient.connect(to: server.port) { client in
                try await client.send(RawClient.handshake)
                let response = try await client.readResponse()
                #expect(response.head.hasPrefix("HTTP/1.1 200 "))
                #expect(response.head.lowercased().contains("connection: close\r\n"))
                #expect(response.body == "GET /chat ")
                #expect(await client.readToEnd() == "")
            }
        }
    }

    @Test func decidesByTheRequestAndAddsHeaders() async throws {
        try await TestServer(deciding: { request, _ in
            guard request.path == "/chat" else { return .passOn }
            return .upgrade(headers: [.secWebSocketProtocol: "one"]) { await TestServer.echo($0) }
        }).run { server in
            try await RawClient.connect(to: server.port) { client in
                try await client.send(RawClient.handshake)
                #expect(try await client.readHead().lowercased().contains("sec-websocket-protocol: one\r\n"))
            }
            try await RawClient.connect(to: server.port) { client in
                try await client.send(RawClient.handshake.replacing("/chat", with: "/other"))
                #expect(try await client.readResponse().body == "GET /other ")
            }
        }
    }

    static let refusals: [(String, String, String)] = [
        ("Sec-WebSocket-Version: 13", "Sec-WebSocket-Version: 8", "426"), ("Sec-WebSocket-Version: 13\r\n", "", "426"),
        ("dGhlIHNhbXBsZSBub25jZQ==", "tooshort", "400"), ("GET /chat", "POST /chat", "400"),
        ("Host: localhost\r\n", "", "400"), ("Host: localhost\r\n", "Host: a\r\nHost: b\r\n", "400"),
        ("HTTP/1.1", "HTTP/1.0", "200"), ("Upgrade: websocket\r\n", "Upgrade: h2c\r\n", "200"), ("HTTP/1.1", "HTTP/3.7", "400"),
        ("GET /chat", "G\u{7}T /chat", "400"), ("Host:", "H st:", "400"), ("\r\n\r\n", "\r\nContent-Length: x\r\n\r\n", "400"),
    ]

    @Test(arguments: refusals) func refusesAndCloses(_ part: String, _ replacement: String, _ status: String) async throws {
        try await TestServer().run { server in
            try await RawClient.connect(to: server.port) { client in
                try await client.send(RawClient.handshake.replacing(part, with: replacement))
                let head = try await client.readHead()
                #expect(head.split(separator: " ")[1] == status)
                #expect(head.lowercased().contains("connection: close\r\n"))
                #expect(head.lowercased().contains("sec-websocket-version: 13\r\n") == (status == "426"))
                _ = await client.readToEnd()
            }
        }
    }

    @Test func answersTooLargeAHeadWith431() async throws {
        try await TestServer().run { server in
            try await RawClient.connect(to: server.port) { client in
                try await client.send("GET / HTTP/1.1\r\nHost: localhost\r\n")
                for number in 0..<40 { try await client.send("X-\(number): \(String(repeating: "x", count: 1000))\r\n") }
                let head = try await client.readHead()
                #expect(head.hasPrefix("HTTP/1.1 431 "))
                #expect(await client.readToEnd() == "")
            }
        }
    }

    @Test func answersWhatIsOwedBeforeItRefuses() async throws {
        try await TestServer().run { server in
            try await RawClient.connect(to: server.port) { client in
                try await client.send(Self.request("GET /good") + "nonsense\r\n\r\n")
                #expect(try await client.readResponse().body == "GET /good ")
                #expect(try await client.readHead().hasPrefix("HTTP/1.1 400 "))
                #expect(await client.readToEnd() == "")
            }
        }
    }

    @Test func closesAConnectionThatSendsNothing() async throws {
        var configuration = WebSocketConfiguration()
        configuration.headerTimeout = .milliseconds(50)
        try await TestServer(configuration).run { server in
            try await RawClient.connect(to: server.port) { client in
                let rest = await client.readToEnd()
                #expect(rest == "")
            }
        }
    }

    @Test func closesAConnectionWhoseBodyDoesNotCome() async throws {
        var configuration = WebSocketConfiguration()
        configuration.bodyTimeout = .milliseconds(50)
        try await TestServer(configuration).run { server in
            try await RawClient.connect(to: server.port) { client in
                try await client.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n12345")
                #expect(await client.readToEnd() == "")
            }
        }
    }

    @Test func closesAnIdleConnection() async throws {
        var configuration = WebSocketConfiguration()
        configuration.idleTimeout = .milliseconds(50)
        try await TestServer(configuration).run { server in
            try await RawClient.connect(to: server.port) { client in
                try await client.send(Self.request())
                #expect(try await client.readResponse().body == "GET / ")
                #expect(await client.readToEnd() == "")
            }
        }
    }

    @Test func dropsAClientThatDoesNotReadItsAnswer() async throws {
        var configuration = WebSocketConfiguration()
        configuration.responseTimeout = .milliseconds(50)
        let (failures, failed) = AsyncStream<Void>.makeStream()
        try await TestServer(
            configuration,
            respond: { _, writer, _ in
                do {
                    var body: any ResponseBodyWriter = try await writer.writeHead(HTTPResponse(status: .ok))
                    let bytes = ByteBuffer(repeating: 0, count: 100_000)
                    while true { try await body.write(bytes) }
                } catch {
                    failed.yield()
                    throw error
                }
            }, deciding: { _, _ in .passOn }
        ).run { server in
            try await RawClient.connect(to: server.port) { client in
                try await client.send(Self.request())
                await failures.first { _ in true }
            }
        }
    }

    @Test func answersARequestWhoseSenderHasShutItsSide() async throws {
        try await TestServer().run { server in
            try await RawClient.connect(to: server.port) { client in
                try await client.send(Self.request("GET /half", "Connection: close"))
                client.finishSending()
                let response = try await client.readResponse()
                #expect(response.body == "GET /half ")
                #expect(response.head.lowercased().contains("connection: close\r\n"))
                #expect(await client.readToEnd() == "")
            }
        }
    }

    @Test func aShutdownWaitsForAnswersAndForDecisions() async throws {
        let (arrivals, arrived) = AsyncStream<Void>.makeStream()
        let (permits, permit) = AsyncStream<Void>.makeStream()
        try await TestServer(deciding: { _, _ in
            arrived.yield()
            for await _ in permits { break }
            return .upgrade(headers: [:], handler: TestServer.echo)
        }).run { server in
            try await RawClient.connect(to: server.port) { idle in
                try await idle.send(Self.request())
                _ = try await idle.readResponse()
                try await RawClient.connect(to: server.port) { client in
                    try await client.send(RawClient.handshake)
                    await arrivals.first { _ in true }
                    await server.shutDown()
                    #expect(await idle.readToEnd() == "")
                    permit.yield()
                    #expect(try await client.readHead().hasPrefix("HTTP/1.1 101 "))
                    #expect(try await client.readFrame()?.closeCode == 1001)
                }
            }
        }
    }
}
