import NIOCore
import NIOEmbedded
import Testing

@testable import WebSocketTransport

/// The channel handler on a clock that only the test moves.
struct WebSocketHandlerTests {
    /// A connection without a socket.
    private struct Bench {
        /// Stands where the socket would be: counts the reads that reach it, and can break.
        final class Socket: ChannelOutboundHandler {
            typealias OutboundIn = ByteBuffer
            var reads = 0
            private var context: ChannelHandlerContext?

            func handlerAdded(context: ChannelHandlerContext) { self.context = context }
            func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }
            func breakDown() { context?.close(promise: nil) }

            func read(context: ChannelHandlerContext) {
                reads += 1
                context.read()
            }
        }

        let channel = EmbeddedChannel()
        let socket = Socket()
        let connection: WebSocketConnection

        init(_ configuration: WebSocketConfiguration = WebSocketConfiguration()) throws {
            connection = WebSocketConnection(channel: channel, configuration: configuration)
            let handler = WebSocketHandler(connection: connection, configuration: configuration, now: channel.eventLoop.now)
            try channel.pipeline.syncOperations.addHandlers(socket, handler)
            channel.connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: 1), promise: nil)
        }

        func receive(_ frames: RawFrame...) throws {
            try channel.writeInbound(ByteBuffer(bytes: frames.flatMap { $0.masked() }))
        }

        func sent() throws -> [RawFrame] {
            var bytes: ArraySlice<UInt8> = []
            while let next = try channel.readOutbound(as: ByteBuffer.self) { bytes += next.readableBytesView }
            var frames: [RawFrame] = []
            while let frame = RawFrame.take(from: &bytes) { frames.append(frame) }
            #expect(bytes.isEmpty)
            return frames
        }

        func pass(_ time: TimeAmount) { channel.embeddedEventLoop.advanceTime(by: time) }
    }

    @Test func pingsEveryIntervalAndDropsASilentPeer() throws {
        let bench = try Bench()
        bench.pass(.seconds(14))
        #expect(try bench.sent() == [])
        bench.pass(.seconds(1))
        #expect(try bench.sent() == [RawFrame(RawFrame.ping)])
        bench.pass(.seconds(14))
        #expect(bench.channel.isActive)
        bench.pass(.seconds(1))
        #expect(!bench.channel.isActive)
        #expect(bench.connection.ending?.cause == .silence)
        #expect(try bench.sent().last?.closeCode == 1001)
    }

    @Test(arguments: [RawFrame(RawFrame.pong), RawFrame(RawFrame.text, "x"), RawFrame(RawFrame.ping)])
    func anyFrameIsASignOfLife(_ frame: RawFrame) throws {
        let bench = try Bench()
        for _ in 0..<10 {
            bench.pass(.seconds(29))
            try bench.receive(frame)
        }
        #expect(bench.channel.isActive)
        bench.pass(.seconds(30))
        #expect(!bench.channel.isActive)
    }

    @Test func stopsReadingWhileTooMuchWaitsAndDoesNotTakeThatForSilence() async throws {
        let bench = try Bench()
        let message = RawFrame(RawFrame.text, String(repeating: "x", count: 60_000))
        for _ in 0..<4 { try bench.receive(message) }
        let before = bench.socket.reads
        try bench.receive(message)
        #expect(bench.socket.reads == before)
        bench.pass(.seconds(600))
        #expect(bench.channel.isActive)

        var messages = bench.connection.messages.makeAsyncIterator()
        for _ in 0..<3 { #expect(await messages.next() != nil) }
        #expect(bench.socket.reads == before)
        #expect(await messages.next() != nil)
        #expect(bench.socket.reads == before + 1)
        bench.socket.breakDown()
    }

    @Test func answersPingsWithTheirPayload() throws {
        let bench = try Bench()
        try bench.receive(RawFrame(RawFrame.ping, "a"), RawFrame(RawFrame.pong, "unasked"), RawFrame(RawFrame.ping, [0, 255]))
        #expect(try bench.sent() == [RawFrame(RawFrame.pong, "a"), RawFrame(RawFrame.pong, [0, 255])])
        bench.socket.breakDown()
    }

    @Test func dropsTCPWhenACloseIsNotAnswered() throws {
        let bench = try Bench()
        bench.connection.close(code: WebSocketCloseCode(4401), reason: "token revoked")
        bench.connection.close(code: .normal)
        #expect(try bench.sent() == [.close(4401, "token revoked")])
        #expect(!bench.connection.send(text: "late"))
        // Neither data nor a ping is answered after our close frame.
        try bench.receive(RawFrame(RawFrame.text, "x"), RawFrame(RawFrame.ping))
        bench.pass(.milliseconds(4999))
        #expect(bench.channel.isActive)
        bench.pass(.milliseconds(1))
        #expect(!bench.channel.isActive)
        #expect(try bench.sent() == [])
        #expect(bench.connection.ending == WebSocketEnding(cause: .local, code: WebSocketCloseCode(4401), reason: "token revoked"))
    }

    @Test(arguments: [1005, 1006, 999, 2000] as [UInt16]) func sendsNoCodeThatMustNotBeOnTheWire(_ code: UInt16) throws {
        let bench = try Bench()
        bench.connection.close(code: WebSocketCloseCode(code), reason: "x")
        #expect(try bench.sent() == [RawFrame(RawFrame.close)])
        bench.socket.breakDown()
    }

    @Test func waitsASecondForAnswersBeforeItAnswersAClose() throws {
        let bench = try Bench()
        try bench.receive(RawFrame(RawFrame.text, "x"), .close(1000, "bye"), RawFrame(RawFrame.ping))
        #expect(try bench.sent() == [])
        bench.connection.send(text: "answer")
        bench.pass(.milliseconds(999))
        #expect(try bench.sent() == [RawFrame(RawFrame.text, "answer")])
        bench.pass(.milliseconds(1))
        #expect(try bench.sent() == [.close(1000, "bye")])
        #expect(bench.connection.ending == WebSocketEnding(cause: .peer, code: .normal, reason: "bye"))
    }

    @Test func aHandlerThatClosesNeedNotWaitForThatSecond() throws {
        let bench = try Bench()
        try bench.receive(RawFrame(RawFrame.text, "x"), .close(1000))
        bench.connection.close(code: WebSocketCloseCode(4001))
        #expect(try bench.sent() == [.close(4001)])
        #expect(!bench.channel.isActive)
    }

    @Test func tooMuchUnsentLeavesOnlyTheCloseFrame() throws {
        let bench = try Bench()
        bench.channel.isWritable = false
        let message = String(repeating: "x", count: 1000)
        var accepted = 0
        while bench.connection.send(text: message) { accepted += 1 }
        #expect(accepted == 1024 * 1024 / 1004)
        #expect(!bench.connection.send(text: ""))
        #expect(bench.connection.ending == WebSocketEnding(cause: .local, code: WebSocketCloseCode(4413), reason: "slow consumer"))
        bench.channel.isWritable = true
        bench.channel.pipeline.fireChannelWritabilityChanged()
        #expect(try bench.sent() == [.close(4413, "slow consumer")])
        bench.pass(.seconds(5))
        #expect(!bench.channel.isActive)
    }

    @Test func pingsNobodyTakesTheAnswersOfCountAsUnsent() throws {
        var configuration = WebSocketConfiguration()
        configuration.maximumUnsentBytes = 500
        let bench = try Bench(configuration)
        bench.channel.isWritable = false
        let ping = RawFrame(RawFrame.ping, String(repeating: "x", count: 120))
        for _ in 0..<10 { try bench.receive(ping) }
        #expect(bench.connection.ending?.code == WebSocketCloseCode(4413))
        bench.pass(.seconds(5))
        #expect(!bench.channel.isActive)
    }

    @Test func aShutdownClosesWith1001() throws {
        let bench = try Bench()
        bench.connection.send(text: "last words")
        bench.channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        #expect(try bench.sent().map(\.first) == [RawFrame.text, RawFrame.close])
        #expect(bench.connection.ending?.code == .goingAway)
        bench.pass(.seconds(5))
        #expect(!bench.channel.isActive)
    }

    @Test func aLostConnectionEndsWithoutACode() async throws {
        let bench = try Bench()
        try bench.receive(RawFrame(RawFrame.text, "received"))
        bench.socket.breakDown()
        var messages = bench.connection.messages.makeAsyncIterator()
        #expect(await messages.next() == .text("received"))
        #expect(await messages.next() == nil)
        #expect(bench.connection.ending == .lost)
        await bench.connection.drained()
    }
}
