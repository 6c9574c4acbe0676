import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import WebSocketTransport

/// The HTTP rules and times on a clock that only the test moves.
struct RequestGuardTests {
    private struct Bench {
        let channel = EmbeddedChannel()

        init() throws {
            let limits = WebSocketConfiguration()
            try channel.pipeline.syncOperations.addHandlers([
                ArrivalNotifier(), HTTPResponseEncoder(), ByteToMessageHandler(HTTPRequestDecoder()),
                RequestGuard(limits: limits, now: channel.eventLoop.now),
            ])
            channel.connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: 1), promise: nil)
        }

        func receive(_ text: String) throws { try channel.writeInbound(ByteBuffer(string: text)) }

        func answer(_ fields: HTTPHeaders = [:]) throws {
            var head = HTTPResponseHead(version: .http1_1, status: .ok, headers: ["content-length": "0"])
            head.headers.add(contentsOf: fields)
            try channel.writeOutbound(HTTPServerResponsePart.head(head))
            try channel.writeOutbound(HTTPServerResponsePart.end(nil))
        }

        func sent() throws -> String {
            var text = ""
            while let bytes = try channel.readOutbound(as: ByteBuffer.self) { text += String(buffer: bytes) }
            return text
        }

        func pass(_ time: TimeAmount) { channel.embeddedEventLoop.advanceTime(by: time) }
    }

    private static let request = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"

    @Test(arguments: [([:], false), (["connection": "close"], true), (["Connection": "Close"], true), (["connection": "upgrade"], false)])
    func anAnswerThatSaysCloseIsTheLast(_ fields: HTTPHeaders, _ isLast: Bool) throws {
        let bench = try Bench()
        try bench.receive(Self.request)
        try bench.answer(fields)
        _ = try bench.sent()
        try bench.receive(Self.request)
        var requests = 0
        while let part = try bench.channel.readInbound(as: HTTPServerRequestPart.self) { if case .head = part { requests += 1 } }
        #expect(requests == (isLast ? 1 : 2))
    }

    @Test func refusesAHeadThatTakesTooLongHoweverBusyTheClientIs() throws {
        let bench = try Bench()
        try bench.receive("GET / HTTP/1.1\r\nHost: localhost\r\n")
        for number in 0..<9 {
            bench.pass(.seconds(1))
            try bench.receive("X-\(number): y\r\n")
        }
        #expect(bench.channel.isActive)
        bench.pass(.seconds(1))
        #expect(try bench.sent().hasPrefix("HTTP/1.1 408 Request Timeout\r\n"))
        #expect(!bench.channel.isActive)
    }

    @Test func closesASilentConnectionWithoutAWord() throws {
        let bench = try Bench()
        bench.pass(.milliseconds(9_999))
        #expect(bench.channel.isActive)
        bench.pass(.milliseconds(1))
        #expect(!bench.channel.isActive)
        #expect(try bench.sent() == "")
    }

    @Test func timesEachKeptAliveRequestFromItsFirstByte() throws {
        let bench = try Bench()
        for _ in 0..<3 {
            try bench.receive(Self.request)
            try bench.answer()
            #expect(try bench.sent() == "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
            bench.pass(.seconds(59))
        }
        try bench.receive("G")
        bench.pass(.seconds(9))
        #expect(bench.channel.isActive)
        bench.pass(.seconds(1))
        #expect(try bench.sent().hasPrefix("HTTP/1.1 408 "))
        #expect(!bench.channel.isActive)
    }

    @Test func closesAnIdleConnectionButNotABusyOne() throws {
        let bench = try Bench()
        try bench.receive(Self.request)
        bench.pass(.hours(1))
        #expect(bench.channel.isActive)
        try bench.answer()
        bench.pass(.seconds(59))
        #expect(bench.channel.isActive)
        bench.pass(.seconds(1))
        #expect(!bench.channel.isActive)
    }

    @Test func aBodyHasThirtySecondsInAll() throws {
        let bench = try Bench()
        try bench.receive("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n")
        for _ in 0..<29 {
            bench.pass(.seconds(1))
            try bench.receive("x")
        }
        #expect(bench.channel.isActive)
        bench.pass(.seconds(1))
        #expect(!bench.channel.isActive)
    }

    @Test func writesNoSecondAnswerToABodyThatCannotBeParsed() throws {
        let bench = try Bench()
        try bench.receive("POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n")
        try bench.answer()
        #expect(throws: HTTPParserError.self) { try bench.receive("zz\r\n") }
        #expect(throws: ChannelError.self) { try bench.answer() }
        #expect(try bench.sent() == "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
    }

    @Test func closesWhenAnAnswerIsGivenUpHalfway() throws {
        let bench = try Bench()
        try bench.receive(Self.request)
        let head = HTTPServerResponsePart.head(.init(version: .http1_1, status: .ok, headers: ["content-length": "9"]))
        try bench.channel.writeOutbound(head)
        #expect(throws: ChannelError.self) { try bench.channel.writeOutbound(head) }
        #expect(!bench.channel.isActive)
    }

    @Test func aShutdownClosesIdleConnectionsAtOnceAndBusyOnesAfterTheirAnswer() throws {
        let idle = try Bench()
        idle.channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        #expect(!idle.channel.isActive)

        let busy = try Bench()
        try busy.receive(Self.request)
        busy.channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        #expect(busy.channel.isActive)
        try busy.answer()
        #expect(try busy.sent().contains("connection: close\r\n"))
        #expect(!busy.channel.isActive)
    }
}
