import HTTPTypes
import HummingbirdCore
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1
import NIOWebSocket

/// Holds a WebSocket handshake back from the HTTP responder until it is decided, then passes it on or turns the connection
/// into a WebSocket. It stands right before Hummingbird's own handler, and every request of a connection may be a handshake.
final class UpgradeGate: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private enum State {
        case passing
        /// A handshake was seen; earlier requests are answered first.
        case held(HTTPRequest, UpgradeRequest)
        case deciding(HTTPRequest, key: String)
        /// It was refused, or the connection is no longer HTTP.
        case done
    }

    private let configuration: WebSocketConfiguration
    private let handshakes: AsyncStream<HTTPRequest>.Continuation
    private var state = State.passing
    /// The parts that follow the head of a held handshake.
    private var heldParts: [HTTPRequestPart] = []
    private var answersOwed = 0
    private var isReadWaiting = false
    private var context: ChannelHandlerContext?

    /// - Parameter handshakes: where sound handshakes go to be decided, one at a time.
    init(configuration: WebSocketConfiguration, handshakes: AsyncStream<HTTPRequest>.Continuation) {
        self.configuration = configuration
        self.handshakes = handshakes
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = Self.unwrapInboundIn(data)
        switch (state, part) {
        case (.passing, .head(let request)):
            let asked = UpgradeRequest(request)
            guard asked == .none else {
                state = .held(request, asked)
                return goOn(context)
            }
            answersOwed += 1
            context.fireChannelRead(data)
        case (.passing, _):
            context.fireChannelRead(data)
        case (.held(_, .valid), _), (.deciding, _):
            heldParts.append(part)
            goOn(context)
        case (.held, _):
            break
        case (.done, _):
            break
        }
    }

    func read(context: ChannelHandlerContext) {
        if case .deciding = state {
            isReadWaiting = true
        } else {
            context.read()
        }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let part = Self.unwrapOutboundIn(data)
        context.write(data, promise: promise)
        if case .end = part {
            answersOwed -= 1
            goOn(context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // The request could not be expressed: a method or target that is no valid HTTP.
        guard error is HTTP1TypeConversionError, answersOwed == 0, case .passing = state else { return context.fireErrorCaught(error) }
        refuse(.badRequest, [:], "this request is not valid HTTP", context)
    }
}

// Deciding; called on the event loop.
extension UpgradeGate {
    enum UpgradeError: Error {
        case connectionClosed
    }

    /// Gives the held handshake to the HTTP responder.
    func passOn() {
        guard case .deciding(let request, _) = state, let context else { return }
        state = .passing
        answersOwed += 1
        context.fireChannelRead(Self.wrapInboundOut(.head(request)))
        for part in heldParts { context.fireChannelRead(Self.wrapInboundOut(part)) }
        heldParts = []
        context.fireChannelReadComplete()
        if isReadWaiting { context.read() }
    }

    /// Answers 101 and replaces the HTTP handlers by a WebSocket's.
    func upgrade(headers: HTTPFields) throws -> WebSocketConnection {
        guard case .deciding(_, let key) = state, let context, context.channel.isActive else { throw UpgradeError.connectionClosed }
        state = .done
        let pipeline = context.pipeline.syncOperations
        let channel = context.channel
        let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
        let requestGuard = try pipeline.handler(type: RequestGuard.self)
        let http: [any RemovableChannelHandler] = [
            try pipeline.handler(type: ArrivalNotifier.self), try pipeline.handler(type: HTTPResponseEncoder.self), requestGuard,
            try pipeline.handler(type: HTTP1ToHTTPServerCodec.self), self,
        ]

        var response = HTTPResponse(status: .switchingProtocols, headerFields: headers)
        response.headerFields[.upgrade] = "websocket"
        response.headerFields[.connection] = "Upgrade"
        response.headerFields[.secWebSocketAccept] = try acceptValue(key: key, channel: channel)
        context.write(Self.wrapOutboundOut(.head(response)), promise: nil)
        context.writeAndFlush(Self.wrapOutboundOut(.end(nil)), promise: nil)
        // For Hummingbird the connection is at its end: its loop stops asking for requests and waits for the channel to close.
        context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)

        let connection = WebSocketConnection(channel: channel, configuration: configuration)
        let handler = WebSocketHandler(connection: connection, configuration: configuration, now: channel.eventLoop.now)
        try pipeline.addHandler(handler, position: .after(decoder))
        for handler in http { pipeline.removeHandler(handler, promise: nil) }
        // What came after the handshake goes from the decoder to the WebSocket handler.
        pipeline.removeHandler(decoder, promise: nil)
        if requestGuard.isQuiescing { channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent()) }
        return connection
    }

    private func acceptValue(key: String, channel: any Channel) throws -> String {
        // NIO keeps its SHA-1 to itself, but builds the answer to a handshake for whoever asks.
        let upgrader = NIOWebSocketServerUpgrader(
            shouldUpgrade: { channel, _ in channel.eventLoop.makeSucceededFuture([:]) },
            upgradePipelineHandler: { channel, _ in channel.eventLoop.makeSucceededVoidFuture() })
        let request = HTTPRequestHead(
            version: .http1_1, method: .GET, uri: "/", headers: ["Sec-WebSocket-Key": key, "Sec-WebSocket-Version": "13"])
        var accept: String?
        upgrader.buildUpgradeResponse(channel: channel, upgradeRequest: request, initialResponseHeaders: [:])
            .assumeIsolated().whenSuccess { accept = $0["Sec-WebSocket-Accept"].first }
        guard let accept else { throw UpgradeError.connectionClosed }
        return accept
    }

    private func goOn(_ context: ChannelHandlerContext) {
        guard case .held(let request, let asked) = state, answersOwed == 0 else { return }
        switch asked {
        case .none: break
        case .refused(let status, let headers, let explanation): refuse(status, headers, explanation, context)
        case .valid(let key):
            guard case .end = heldParts.last else { return }
            state = .deciding(request, key: key)
            handshakes.yield(request)
        }
    }

    private func refuse(_ status: HTTPResponse.Status, _ headers: HTTPFields, _ explanation: String, _ context: ChannelHandlerContext) {
        state = .done
        heldParts = []
        let body = ByteBuffer(string: explanation + "\n")
        var response = HTTPResponse(status: status, headerFields: headers)
        response.headerFields[.contentType] = "text/plain; charset=utf-8"
        response.headerFields[.contentLength] = String(body.readableBytes)
        response.headerFields[.connection] = "close"
        for part in [.head(response), .body(body), .end(nil)] as [HTTPResponsePart] {
            context.write(Self.wrapOutboundOut(part), promise: nil)
        }
        context.flush()
        context.close(mode: .output, promise: nil)
    }
}
