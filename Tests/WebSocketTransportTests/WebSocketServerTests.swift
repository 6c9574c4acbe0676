import NIOCore
import Testing

@testable import WebSocketTransport

/// A real server and a client that writes its frames byte by byte.
@Suite(.timeLimit(.minutes(1)))
struct WebSocketServerTests {
    @Test func echoesTextBinaryAndFragments() async throws {
        try await TestServer().run { server in
            try await RawClient.open(server.port) { client in
                let large = [UInt8](repeating: 9, count: 60_000)
                try await client.send(
                    RawFrame(RawFrame.text, "häl😀"), RawFrame(RawFrame.binary, large), RawFrame(RawFrame.textBegin, [0xCE]),
                    RawFrame(RawFrame.ping, "p"), RawFrame(RawFrame.last, [0xBA]))
                var frames: [RawFrame] = []
                while frames.count < 4 { frames.append(try #require(try await client.readFrame())) }
                #expect(frames.filter { $0.first == RawFrame.pong } == [RawFrame(RawFrame.pong, "p")])
                let expected = [RawFrame(RawFrame.text, "häl😀"), RawFrame(RawFrame.binary, large), RawFrame(RawFrame.text, "κ")]
                #expect(frames.filter { $0.first != RawFrame.pong } == expected)
            }
        }
    }

    @Test func echoesMessagesSentOneByteAtATime() async throws {
        try await TestServer().run { server in
            try await RawClient.open(server.port) { client in
                for byte in RawFrame(RawFrame.text, "slow but sound").masked() { try await client.send([byte]) }
                #expect(try await client.readFrame() == RawFrame(RawFrame.text, "slow but sound"))
            }
        }
    }

    @Test func takesFramesSentTogetherWithTheHandshake() async throws {
        try await TestServer().run { server in
            try await RawClient.connect(to: server.port) { client in
                try await client.send(Array(RawClient.handshake.utf8) + RawFrame(RawFrame.text, "eager").masked())
                #expect(try await client.readHead().hasPrefix("HTTP/1.1 101 "))
                #expect(try await client.readFrame() == RawFrame(RawFrame.text, "eager"))
            }
        }
    }

    struct Failure: Sendable, CustomTestStringConvertible {
        let name: String
        let bytes: [UInt8]
        let code: Int
        var testDescription: String { name }
    }

    static let failures: [Failure] = [
        Failure(name: "unmasked", bytes: RawFrame(RawFrame.text, "x").unmasked(), code: 1002),
        Failure(name: "reserved bit", bytes: RawFrame(0xC1, "x").masked(), code: 1002),
        Failure(name: "reserved opcode", bytes: RawFrame(0x83).masked(), code: 1002),
        Failure(name: "long ping", bytes: RawFrame(RawFrame.ping, [UInt8](repeating: 0, count: 126)).masked(), code: 1002),
        Failure(
            name: "invalid text in an unfinished frame", bytes: RawFrame(RawFrame.text, [0xFF, 1, 2, 3]).masked().dropLast(2), code: 1007),
        Failure(
            name: "too large a frame by its head", bytes: RawFrame.header(RawFrame.binary, 1 << 40, masked: true) + [1, 2, 3, 4], code: 1009
        ),
        Failure(name: "invalid close code", bytes: RawFrame.close(1005).masked(), code: 1002),
        Failure(name: "garbage after the violation", bytes: RawFrame(0xC1).masked() + [UInt8](repeating: 0xAA, count: 50_000), code: 1002),
    ]

    @Test(arguments: failures) func answersThenFails(_ row: Failure) async throws {
        let ending: WebSocketEnding? = try await withEnding { port in
            try await RawClient.open(port) { client in
                try await client.send(RawFrame(RawFrame.text, "before").masked() + row.bytes)
                // What came before the violation is answered before the connection fails, and TCP ends in order.
                let frames = try await client.readFrames()
                #expect(frames.map(\.first) == [RawFrame.text, RawFrame.close])
                #expect(frames.last?.closeCode == row.code)
            }
        }
        #expect(ending?.cause == .local)
        #expect(ending?.code.rawValue == UInt16(row.code))
    }

    @Test func failsAMessageThatGrowsTooLargeOverFragments() async throws {
        try await TestServer().run { server in
            try await RawClient.open(server.port) { client in
                try await client.send(RawFrame(RawFrame.binaryBegin, [UInt8](repeating: 0, count: 60_000)))
                try await client.send(RawFrame.header(RawFrame.last, 60_000, masked: true) + [0, 0, 0, 0])
                #expect(try await client.readFrames().map(\.closeCode) == [1009])
            }
        }
    }

    static let closes: [(RawFrame, RawFrame, UInt16)] = [
        (.close(1000, "bye"), .close(1000, "bye"), 1000), (RawFrame(RawFrame.close), RawFrame(RawFrame.close), 1005),
        (.close(4999), .close(4999), 4999),
    ]

    @Test(arguments: closes) func answersACloseAndIgnoresWhatFollows(_ sent: RawFrame, _ answer: RawFrame, _ code: UInt16) async throws {
        let ending = try await withEnding { port in
            try await RawClient.open(port) { client in
                try await client.send(sent, RawFrame(RawFrame.text, "ignored"), RawFrame(0xFF), RawFrame(RawFrame.ping))
                #expect(try await client.readFrames() == [answer])
            }
        }
        #expect(ending?.cause == .peer)
        #expect(ending?.code.rawValue == code)
    }

    @Test func tellsTheHandlerWhenTCPEndsWithoutAClose() async throws {
        let ending = try await withEnding { port in
            try await RawClient.open(port) { client in
                try await client.send(RawFrame(RawFrame.text, "x"), RawFrame(RawFrame.textBegin, "unfinished"))
                _ = try await client.readFrame()
            }
        }
        #expect(ending == .lost)
    }

    @Test func closesAfterTheHandlerReturns() async throws {
        try await TestServer(handler: { connection in
            connection.send(text: "only this")
        }).run { server in
            try await RawClient.open(server.port) { client in
                #expect(try await client.readFrame() == RawFrame(RawFrame.text, "only this"))
                #expect(try await client.readFrame() == .close(1000))
                try await client.send(RawFrame(RawFrame.text, "ignored"), .close(1000))
                #expect(try await client.readFrame() == nil)
            }
        }
    }

    @Test func dropsAPeerThatDoesNotAnswerAClose() async throws {
        var configuration = WebSocketConfiguration()
        configuration.closeTimeout = .milliseconds(50)
        try await TestServer(configuration, handler: { $0.close(code: WebSocketCloseCode(4002), reason: "replaced") }).run { server in
            try await RawClient.open(server.port) { client in
                let frames = try await client.readFrames()
                #expect(frames == [.close(4002, "replaced")])
            }
        }
    }

    @Test func aGracefulShutdownClosesWith1001AndCancelsTheHandler() async throws {
        let (cancellations, cancelled) = AsyncStream<Bool>.makeStream()
        try await TestServer(handler: { connection in
            connection.send(text: "ready")
            for await _ in connection.messages {}
            cancelled.yield(Task.isCancelled)
        }).run { server in
            try await RawClient.open(server.port) { client in
                _ = try await client.readFrame()
                await server.shutDown()
                #expect(try await client.readFrame()?.closeCode == 1001)
                try await client.send(.close(1001))
                #expect(try await client.readFrame() == nil)
            }
        }
        #expect(await cancellations.first { _ in true } == true)
    }

    @Test func aShutdownEndsAHandlerThatReadsNothing() async throws {
        try await TestServer(handler: { connection in
            connection.send(text: "ready")
            let (never, continuation) = AsyncStream<Void>.makeStream()
            // Ends by cancellation alone.
            for await _ in never {}
            continuation.finish()
        }).run { server in
            try await RawClient.open(server.port) { client in
                _ = try await client.readFrame()
                await server.shutDown()
                #expect(try await client.readFrame()?.closeCode == 1001)
            }
        }
    }

    @Test func closesASlowConsumerWhichMayStillReadWhy() async throws {
        let (floods, flooded) = AsyncStream<WebSocketEnding?>.makeStream()
        try await TestServer(handler: { connection in
            let message = String(repeating: "x", count: 10_000)
            while connection.send(text: message) {}
            flooded.yield(connection.ending)
        }).run { server in
            try await RawClient.open(server.port) { client in
                let ending = await floods.first { _ in true }
                #expect(ending == WebSocketEnding(cause: .local, code: WebSocketCloseCode(4413), reason: "slow consumer"))
                let frames = try await client.readFrames()
                #expect(frames.last == .close(4413, "slow consumer"))
                #expect(frames.dropLast().allSatisfy { $0.first == RawFrame.text && $0.payload.count == 10_000 })
            }
        }
    }

    @Test func whoWaitsForAPeerThatTakesNothingMayCloseIt() async throws {
        let (endings, ended) = AsyncStream<WebSocketEnding?>.makeStream()
        var configuration = WebSocketConfiguration()
        configuration.maximumUnsentBytes = 100 << 20
        try await TestServer(
            configuration,
            handler: { connection in
                // More than the sockets' buffers hold.
                connection.send(binary: ByteBuffer(repeating: 1, count: 50 << 20))
                await connection.drained(below: 1 << 20, patience: .milliseconds(200))
                ended.yield(connection.ending)
            }
        ).run { server in
            try await RawClient.open(server.port) { client in
                let ending = await endings.first { _ in true }
                #expect(ending == WebSocketEnding(cause: .local, code: WebSocketCloseCode(4413), reason: "slow consumer"))
            }
        }
    }

    @Test func whoWaitsForAPeerThatReadsGoesOnWhenItHasRead() async throws {
        try await TestServer(handler: { connection in
            connection.send(binary: ByteBuffer(repeating: 1, count: 5 << 20))
            await connection.drained(below: 1 << 10, patience: .seconds(30))
            connection.send(text: "goes on")
        }).run { server in
            try await RawClient.open(server.port) { client in
                let long = try await client.readFrame()
                #expect(long?.payload.count == 5 << 20)
                let next = try await client.readFrame()
                #expect(next == RawFrame(RawFrame.text, "goes on"))
            }
        }
    }

    @Test func dropsAPeerThatReadsNothingAtAShutdown() async throws {
        var configuration = WebSocketConfiguration()
        configuration.closeTimeout = .milliseconds(50)
        let (endings, ended) = AsyncStream<WebSocketEnding>.makeStream()
        try await TestServer(
            configuration,
            handler: { connection in
                let message = ByteBuffer(repeating: 1, count: 100_000)
                // More than the sockets' buffers hold, so that the close frame cannot get through.
                while connection.send(binary: message) { await connection.drained(below: 900_000) }
                ended.yield(await connection.closed())
            }
        ).run { server in
            try await RawClient.open(server.port) { client in
                try await client.send(RawFrame(RawFrame.ping))
                await server.shutDown()
                #expect(await endings.first { _ in true }?.code == .goingAway)
            }
        }
    }

    @Test func keepsTheOrderOfEachSendersCalls() async throws {
        let senders = 8
        let count = 2_000
        var configuration = WebSocketConfiguration()
        configuration.maximumUnsentBytes = 16 * 1024 * 1024
        try await TestServer(
            configuration,
            handler: { connection in
                await withDiscardingTaskGroup { group in
                    for sender in 0..<senders {
                        group.addTask {
                            for number in 0..<count { connection.send(text: "\(sender) \(number)") }
                        }
                    }
                }
            }
        ).run { server in
            try await RawClient.open(server.port) { client in
                var next = [Int](repeating: 0, count: senders)
                while let frame = try await client.readFrame(), frame.first == RawFrame.text {
                    let parts = frame.text.split(separator: " ").compactMap { Int($0) }
                    try #require(parts.count == 2)
                    #expect(next[parts[0]] == parts[1])
                    next[parts[0]] += 1
                }
                #expect(next == [Int](repeating: count, count: senders))
            }
        }
    }

    @Test func aSlowHandlerSlowsThePeerAndLosesNothing() async throws {
        let (starts, start) = AsyncStream<Void>.makeStream()
        let count = 400
        let (totals, total) = AsyncStream<Int>.makeStream()
        try await TestServer(handler: { connection in
            for await _ in starts { break }
            var received = 0
            for await message in connection.messages {
                guard case .binary(let bytes) = message, bytes.getInteger(at: 0, as: UInt32.self) == UInt32(received) else { break }
                received += 1
                if received == count { break }
            }
            total.yield(received)
        }).run { server in
            try await RawClient.open(server.port) { client in
                let rest = [UInt8](repeating: 0, count: 60_000)
                // 24 MB do not fit into the sockets' buffers: the client is held back more than once.
                for number in 0..<count {
                    let head = withUnsafeBytes(of: UInt32(number).bigEndian) { Array($0) }
                    // A mask of zeros needs no masking.
                    try await client.send(RawFrame.header(RawFrame.binary, 60_004, masked: true) + [0, 0, 0, 0] + head + rest)
                    if number == 10 { start.yield() }
                }
                #expect(await totals.first { _ in true } == count)
            }
        }
    }

    /// Runs the body against an echo server and returns how its one connection ended.
    private func withEnding(_ body: (Int) async throws -> Void) async throws -> WebSocketEnding? {
        let (endings, ended) = AsyncStream<WebSocketEnding>.makeStream()
        return try await TestServer(handler: { connection in
            await TestServer.echo(connection)
            ended.yield(await connection.closed())
        }).run { server in
            try await body(server.port)
            return await endings.first { _ in true }
        }
    }
}
