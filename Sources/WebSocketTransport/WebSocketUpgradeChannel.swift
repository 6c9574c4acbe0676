package import HTTPTypes
package import HummingbirdCore
package import Logging
package import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

/// One port for both: HTTP/1.1 answered by Hummingbird's responder, and any of its requests may become a WebSocket.
///
/// Handshakes that break RFC 6455 4.2.1 are answered here, 400 or 426. A graceful shutdown of the server closes WebSockets with 1001.
package struct WebSocketUpgradeChannel: ServerChildChannel, HTTPChannelHandler {
    package typealias ShouldUpgrade = @Sendable (HTTPRequest, any Channel) async -> UpgradeDecision

    package struct Value: ServerChildChannelValue {
        package let channel: any Channel
        let http: NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>
        let gate: NIOLoopBound<UpgradeGate>
        let handshakes: AsyncStream<HTTPRequest>
        let noMoreHandshakes: AsyncStream<HTTPRequest>.Continuation
    }

    /// More than NIO reads at once, so only what piles up behind a stopped decoder can reach it.
    private static let maximumUndecodedBytes = 256 * 1024

    package let responder: HTTPChannelHandler.Responder
    private let configuration: WebSocketConfiguration
    private let budget: ConnectionBudget?
    private let shouldUpgrade: ShouldUpgrade

    /// - Parameters:
    ///   - responder: answers all that is no handshake, and the handshakes passed on.
    ///   - budget: who may stay connected; nil if everybody may.
    ///   - shouldUpgrade: decides on a sound handshake; earlier requests of that connection have been answered by then.
    package init(
        responder: @escaping HTTPChannelHandler.Responder, configuration: WebSocketConfiguration = WebSocketConfiguration(),
        budget: ConnectionBudget? = nil, shouldUpgrade: @escaping ShouldUpgrade
    ) {
        self.responder = responder
        self.configuration = configuration
        self.budget = budget
        self.shouldUpgrade = shouldUpgrade
    }

    package func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        budget?.add(channel)
        return channel.eventLoop.makeCompletedFuture {
            let (handshakes, continuation) = AsyncStream<HTTPRequest>.makeStream()
            let gate = UpgradeGate(configuration: configuration, handshakes: continuation)
            try Self.addHandlers(to: channel, gate: gate, configuration: configuration, budget: budget)
            let http = try NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>(
                wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
            return Value(
                channel: channel, http: http, gate: NIOLoopBound(gate, eventLoop: channel.eventLoop), handshakes: handshakes,
                noMoreHandshakes: continuation)
        }
    }

    /// All that stands between the socket and Hummingbird.
    static func addHandlers(
        to channel: any Channel, gate: UpgradeGate, configuration: WebSocketConfiguration, budget: ConnectionBudget?
    ) throws {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = configuration.maximumHeaderSize
        limits.maxHeaderListSize = configuration.maximumHeaderSize
        let decoder = HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes, limitConfiguration: limits)
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(ArrivalNotifier())
        try pipeline.addHandler(HTTPResponseEncoder())
        try pipeline.addHandler(ByteToMessageHandler(decoder, maximumBufferSize: maximumUndecodedBytes))
        try pipeline.addHandler(RequestGuard(limits: configuration, budget: budget, now: channel.eventLoop.now))
        try pipeline.addHandler(HTTP1ToHTTPServerCodec(secure: false))
        try pipeline.addHandler(gate)
    }

    package func handle(value: Value, logger: Logger) async {
        await withDiscardingTaskGroup { group in
            group.addTask {
                await handleHTTP(asyncChannel: value.http, logger: logger)
                value.noMoreHandshakes.finish()
            }
            for await handshake in value.handshakes { await decide(handshake, value) }
        }
    }

    private func decide(_ handshake: HTTPRequest, _ value: Value) async {
        let eventLoop = value.channel.eventLoop
        switch await shouldUpgrade(handshake, value.channel) {
        case .passOn:
            eventLoop.execute { value.gate.value.passOn() }
        case .upgrade(let headers, let handler):
            // It fails only when the client has gone in the meantime.
            guard let connection = try? await eventLoop.submit({ try value.gate.value.upgrade(headers: headers) }).get() else { return }
            await connection.run(handler)
        }
    }
}
