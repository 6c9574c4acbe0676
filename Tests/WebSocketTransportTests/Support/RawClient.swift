import NIOCore
import NIOPosix
import Testing

/// A TCP connection of a test: bytes out, HTTP heads and raw frames in.
final class RawClient {
    private var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    private var received: ArraySlice<UInt8> = []

    private init(
        _ inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator, _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    ) {
        self.inbound = inbound
        self.outbound = outbound
    }

    static func connect<Result: Sendable>(
        to port: Int, at host: String = "127.0.0.1", _ body: (RawClient) async throws -> Result
    ) async throws -> Result {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).connect(host: host, port: port) { channel in
            channel.eventLoop.makeCompletedFuture {
                try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                    wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
            }
        }
        return try await channel.executeThenClose { inbound, outbound in
            try await body(RawClient(inbound.makeAsyncIterator(), outbound))
        }
    }

    static let handshake = """
        GET /chat HTTP/1.1\r
        Host: localhost\r
        Upgrade: websocket\r
        Connection: keep-alive, Upgrade\r
        Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
        Sec-WebSocket-Version: 13\r
        \r

        """

    /// Connects and completes the handshake.
    static func open<Result: Sendable>(_ port: Int, _ body: (RawClient) async throws -> Result) async throws -> Result {
        try await connect(to: port) { client in
            try await client.send(handshake)
            let head = try await client.readHead()
            try #require(head.hasPrefix("HTTP/1.1 101 "))
            // The example of RFC 6455 1.3.
            #expect(head.lowercased().contains("sec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo="))
            return try await body(client)
        }
    }

    func send(_ bytes: [UInt8]) async throws { try await outbound.write(ByteBuffer(bytes: bytes)) }
    func send(_ text: String) async throws { try await send(Array(text.utf8)) }
    func send(_ frames: RawFrame...) async throws { try await send(frames.flatMap { $0.masked() }) }
    func finishSending() { outbound.finish() }

    /// Reads up to and including the empty line that ends an HTTP head.
    func readHead() async throws -> String {
        while true {
            if let end = received.indices.first(where: { received[$0...].starts(with: Array("\r\n\r\n".utf8)) }) {
                let head = String(decoding: received[..<(end + 4)], as: UTF8.self)
                received = received[(end + 4)...]
                return head
            }
            try #require(try await more(), "the connection ended within a head")
        }
    }

    /// A whole response with `Content-Length`.
    func readResponse() async throws -> (head: String, body: String) {
        let head = try await readHead()
        let field = head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-length:") }
        let length = field.flatMap { Int($0.split(separator: ":")[1].filter(\.isNumber)) } ?? 0
        while received.count < length { try #require(try await more(), "the connection ended within a body") }
        defer { received = received.dropFirst(length) }
        return (head, String(decoding: received.prefix(length), as: UTF8.self))
    }

    /// The next frame; nil when the server has closed.
    func readFrame() async throws -> RawFrame? {
        while true {
            if let frame = RawFrame.take(from: &received) { return frame }
            guard try await more() else {
                #expect(received.isEmpty, "the connection ended within a frame")
                return nil
            }
        }
    }

    /// All frames up to the end of the connection.
    func readFrames() async throws -> [RawFrame] {
        var frames: [RawFrame] = []
        while let frame = try await readFrame() { frames.append(frame) }
        return frames
    }

    /// Reads and forgets up to the end, be it orderly or a reset.
    func readToEnd() async -> String {
        while let isMore = try? await more(), isMore {}
        return String(decoding: received, as: UTF8.self)
    }

    private func more() async throws -> Bool {
        guard let bytes = try await inbound.next() else { return false }
        received += bytes.readableBytesView
        return true
    }
}
