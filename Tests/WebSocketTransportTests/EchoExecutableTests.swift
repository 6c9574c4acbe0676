import Testing

@testable import WebSocketTransport

/// The program that conformance suites run against.
@Suite(.timeLimit(.minutes(1)))
struct EchoExecutableTests {
    @Test(arguments: ["127.0.0.1", "::1"]) func servesBothLoopbackAddresses(_ host: String) async throws {
        try await EchoProcess.run { echo in
            try await RawClient.connect(to: echo.port, at: host) { client in
                try await client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
                #expect(try await client.readResponse().body == "This is a WebSocket echo server.\n")
                let offer = "Sec-WebSocket-Protocol: first, second\r\nUpgrade: websocket"
                try await client.send(RawClient.handshake.replacing("Upgrade: websocket", with: offer))
                #expect(try await client.readHead().lowercased().contains("sec-websocket-protocol: first\r\n"))
                let large = [UInt8](repeating: UInt8(ascii: "x"), count: 16 * 1024 * 1024)
                try await client.send(RawFrame.header(RawFrame.text, large.count, masked: true) + [0, 0, 0, 0] + large)
                #expect(try await client.readFrame() == RawFrame(RawFrame.text, large))
                try await client.send(.close(1000))
                #expect(try await client.readFrames() == [.close(1000)])
            }
        }
    }

    /// What clients do, well-behaved or not; none waits for the server to be done with it.
    private static let visits: [@Sendable (Int) async throws -> Void] = [
        { port in
            try await RawClient.open(port) { client in
                try await client.send(RawFrame(RawFrame.text, "x"), .close(1000))
                _ = try await client.readFrames()
            }
        },
        { port in try await RawClient.open(port) { try await $0.send(RawFrame(RawFrame.text, "left without a word")) } },
        { port in try await RawClient.open(port) { try await $0.send(RawFrame(0xFF, "broken").masked() + [1, 2, 3]) } },
        { port in try await RawClient.open(port) { try await $0.send(Array(RawFrame(RawFrame.text, "half").masked().dropLast(2))) } },
        { port in try await RawClient.open(port) { $0.finishSending() } },
        { port in try await RawClient.connect(to: port) { try await $0.send(RawClient.handshake) } },
        { port in try await RawClient.connect(to: port) { try await $0.send(String(RawClient.handshake.dropLast(20))) } },
        { port in try await RawClient.connect(to: port) { try await $0.send(RawClient.handshake.replacing("13", with: "7")) } },
        { port in try await RawClient.connect(to: port) { try await $0.send("no HTTP at all\r\n\r\n") } },
        { port in try await RawClient.connect(to: port) { try await $0.send("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /") } },
        { port in try await RawClient.connect(to: port) { _ in } },
    ]

    @Test func leaksNoDescriptors() async throws {
        try await EchoProcess.run { echo in
            try await Self.visits[0](echo.port)
            let before = try echo.descriptorCount()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for visit in Self.visits {
                    group.addTask { for _ in 0..<40 { try await visit(echo.port) } }
                }
                try await group.waitForAll()
            }
            // The server notices each leave in its own time; a leak would keep this going until the time limit.
            while try echo.descriptorCount() > before { try await Self.visits[0](echo.port) }
        }
    }
}
