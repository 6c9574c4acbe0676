import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTPTypes

@testable import WebSocketTransport

/// The server's end of a connection as it stands in the daemon, without a socket and without Hummingbird behind it.
struct HTTPSide {
    let channel = EmbeddedChannel()
    let gate: UpgradeGate

    init(_ configuration: WebSocketConfiguration = WebSocketConfiguration()) {
        let (_, continuation) = AsyncStream<HTTPRequest>.makeStream()
        gate = UpgradeGate(configuration: configuration, handshakes: continuation)
        do {
            try WebSocketUpgradeChannel.addHandlers(to: channel, gate: gate, configuration: configuration, budget: nil)
            channel.connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: 1), promise: nil)
        } catch { promise(false, "no connection: \(error)") }
    }

    /// What handlers find wrong is theirs to answer; here only the answers count.
    func receive(_ bytes: ArraySlice<UInt8>) { _ = try? channel.writeInbound(ByteBuffer(bytes: bytes)) }

    /// What goes on to Hummingbird.
    func passedOn() -> HTTPRequestPart? { try? channel.readInbound(as: HTTPRequestPart.self) }

    func answer() {
        _ = try? channel.writeOutbound(HTTPResponsePart.head(HTTPResponse(status: .ok, headerFields: [.contentLength: "0"])))
        _ = try? channel.writeOutbound(HTTPResponsePart.end(nil))
    }

    func sent() -> [UInt8] {
        var sent: [UInt8] = []
        while let bytes = try? channel.readOutbound(as: ByteBuffer.self) { sent += bytes.readableBytesView }
        return sent
    }

    /// The client leaves. Once all it asked for is answered, nothing may keep the connection.
    func end() {
        channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        channel.embeddedEventLoop.advanceTime(by: .minutes(2))
        promise(!channel.isActive, "a connection is kept without its client")
    }
}
