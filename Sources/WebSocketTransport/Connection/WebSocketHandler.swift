import NIOCore

/// The event loop's half of a connection: feeds the assembler, answers control frames, writes the outbox, keeps the times and
/// carries out the closing handshake. It stands nearest the socket and lets nothing pass to the handlers behind it.
final class WebSocketHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = Never
    typealias OutboundOut = ByteBuffer

    private enum Phase {
        case open
        /// The peer ended the connection, by a close frame or by breaking a rule: its input no longer counts, but the answers to
        /// the messages before go out ahead of our close frame, if they come within the grace.
        case answering
        /// Our close frame is on its way; the peer's is awaited.
        case closing
        /// No frame counts any more. After our last byte the sending side is shut, and what the peer still sends is thrown away
        /// until it closes too: closing with bytes unread would reset the connection and could destroy our close frame (RFC 6455 7.1.1).
        case lingering
        case closed
    }

    private static let answerGrace = TimeAmount.seconds(1)

    private let connection: WebSocketConnection
    private let configuration: WebSocketConfiguration
    private var assembler: MessageAssembler
    private var keepAlive: KeepAlive
    private var phase = Phase.open
    private var pendingEnd: (cause: WebSocketEnding.Cause, frame: CloseFrame)?
    private var isReadingPaused = false
    private var isReadWaiting = false
    private var isReceiving = false
    private var isWriting = false
    private var isOutputShutting = false
    private var isOutputShut = false
    private var isInputShut = false
    private var timer: Scheduled<Void>?
    private var closeTimer: Scheduled<Void>?

    init(connection: WebSocketConnection, configuration: WebSocketConfiguration, now: NIODeadline) {
        self.connection = connection
        self.configuration = configuration
        assembler = MessageAssembler(
            maximumFrameSize: configuration.maximumFrameSize, maximumMessageSize: configuration.maximumMessageSize)
        keepAlive = KeepAlive(
            pingInterval: TimeAmount(configuration.pingInterval), silenceLimit: TimeAmount(configuration.silenceLimit), now: now)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        scheduleKeepAlive(context)
        context.read()
    }

    func handlerRemoved(context: ChannelHandlerContext) { channelEnded() }

    func channelInactive(context: ChannelHandlerContext) {
        channelEnded()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { write(context) }
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is ChannelShouldQuiesceEvent:
            shutDown(context)
        case ChannelEvent.inputClosed:
            isInputShut = true
            closeIfBothSidesAreShut(context)
        default:
            context.fireUserInboundEventTriggered(event)
        }
    }

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        guard let request = event as? WebSocketConnection.Request else {
            return context.triggerUserOutboundEvent(event, promise: promise)
        }
        switch request {
        case .write: if !isReceiving { write(context) }
        case .inbox(.resumeReading): resumeReading(context)
        case .inbox(.caughtUp): answersAreSent(context)
        }
        promise?.succeed()
    }

    /// Hummingbird's loop ends, and closes the channel, when the upgrade takes its input away; that must not end the connection.
    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        if mode == .all {
            context.channel.closeFuture.cascade(to: promise)
        } else {
            promise?.succeed()
        }
    }

    /// Closes with 1001 and has the handler's task cancelled.
    private func shutDown(_ context: ChannelHandlerContext) {
        // First the code, then the cancellation: a cancelled handler that returns closes with 1000.
        let hasBegun = connection.end(.local, CloseFrame(.goingAway, reason: WebSocketConnection.shutdownReason))
        connection.requestShutdown()
        if hasBegun { write(context) }
    }
}

// Receiving.
extension WebSocketHandler {
    /// What the handlers behind us ask for does not count: Hummingbird's, at its end, holds all reads back.
    func read(context: ChannelHandlerContext) {}

    func channelReadComplete(context: ChannelHandlerContext) {
        if isReadingPaused {
            isReadWaiting = true
        } else {
            context.read()
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard phase == .open || phase == .closing else { return }
        keepAlive.heard(now: context.eventLoop.now)
        isReceiving = true
        assembler.append(Self.unwrapInboundIn(data))
        receive(context)
        isReceiving = false
        write(context)
    }

    private func receive(_ context: ChannelHandlerContext) {
        var messages: [WebSocketMessage] = []
        do throws(ProtocolViolation) {
            while phase == .open || phase == .closing, let item = try assembler.next() {
                switch item {
                case .message(let message): messages.append(message)
                case .ping(let payload): connection.queueControl(.pong, payload)
                case .pong: break
                case .close(let frame):
                    deliver(messages)
                    messages = []
                    // The peer's own code goes back to it.
                    end(.peer, frame, context)
                }
            }
            deliver(messages)
        } catch {
            deliver(messages)
            end(.local, CloseFrame(error.closeCode, reason: error.reason), context)
        }
    }

    private func deliver(_ messages: [WebSocketMessage]) {
        guard phase == .open, !messages.isEmpty else { return }
        if connection.deliver(messages) { isReadingPaused = true }
    }

    private func resumeReading(_ context: ChannelHandlerContext) {
        guard isReadingPaused else { return }
        isReadingPaused = false
        keepAlive.heard(now: context.eventLoop.now)
        guard isReadWaiting else { return }
        isReadWaiting = false
        context.read()
    }
}

// Sending.
extension WebSocketHandler {
    private func write(_ context: ChannelHandlerContext) {
        guard !isWriting, phase != .closed else { return }
        isWriting = true
        var wroteAll = false
        while !wroteAll, context.channel.isWritable {
            wroteAll = fillChannel(context)
            context.flush()
        }
        isWriting = false
        if connection.isFinished { closeBegan(context) }
    }

    /// Hands bytes to the channel until it says it has enough; true when nothing is left.
    private func fillChannel(_ context: ChannelHandlerContext) -> Bool {
        let connection = connection
        while context.channel.isWritable {
            guard let bytes = connection.takeOutgoing() else { return true }
            let count = bytes.readableBytes
            let promise = context.eventLoop.makePromise(of: Void.self)
            promise.futureResult.whenComplete { _ in connection.confirmWritten(count) }
            context.write(Self.wrapOutboundOut(bytes), promise: promise)
        }
        return false
    }
}

// Closing and times.
extension WebSocketHandler {
    private func end(_ cause: WebSocketEnding.Cause, _ frame: CloseFrame, _ context: ChannelHandlerContext) {
        // After a close of ours nothing is answered any more.
        guard !connection.isFinished, !connection.isConsumerCaughtUp() else {
            _ = connection.end(cause, frame)
            return linger(context)
        }
        phase = .answering
        pendingEnd = (cause, frame)
        timer?.cancel()
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: Self.answerGrace) { self.answersAreSent(context) }
    }

    private func answersAreSent(_ context: ChannelHandlerContext) {
        guard phase == .answering, let (cause, frame) = pendingEnd else { return }
        _ = connection.end(cause, frame)
        linger(context)
        write(context)
    }

    private func closeBegan(_ context: ChannelHandlerContext) {
        if phase == .answering { linger(context) }
        if phase == .open {
            phase = .closing
            connection.finishMessages()
            timer?.cancel()
            startCloseTimer(context)
            // What the peer still sends is no longer kept for anyone, and its close frame is behind it.
            resumeReading(context)
            closeIfBothSidesAreShut(context)
        }
        if phase == .lingering, connection.isOutboxEmpty { shutOutput(context) }
    }

    private func linger(_ context: ChannelHandlerContext) {
        guard phase == .open || phase == .answering || phase == .closing else { return }
        phase = .lingering
        connection.finishMessages()
        timer?.cancel()
        startCloseTimer(context)
        resumeReading(context)
    }

    private func startCloseTimer(_ context: ChannelHandlerContext) {
        guard closeTimer == nil else { return }
        closeTimer = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(configuration.closeTimeout)) {
            context.close(promise: nil)
        }
    }

    private func shutOutput(_ context: ChannelHandlerContext) {
        guard !isOutputShutting else { return }
        isOutputShutting = true
        // The channel shuts the socket once all before is written.
        let shut = context.eventLoop.makePromise(of: Void.self)
        shut.futureResult.assumeIsolated().whenComplete { _ in
            self.isOutputShut = true
            self.closeIfBothSidesAreShut(context)
        }
        context.close(mode: .output, promise: shut)
    }

    private func closeIfBothSidesAreShut(_ context: ChannelHandlerContext) {
        guard isInputShut, phase != .closed else { return }
        // A peer that left without a close frame is not waiting for ours.
        guard phase == .open || phase == .closing || isOutputShut else { return }
        context.close(promise: nil)
    }

    private func scheduleKeepAlive(_ context: ChannelHandlerContext) {
        timer = context.eventLoop.assumeIsolated().scheduleTask(deadline: keepAlive.nextDeadline) {
            self.keepAliveIsDue(context)
        }
    }

    private func keepAliveIsDue(_ context: ChannelHandlerContext) {
        guard phase == .open else { return }
        let now = context.eventLoop.now
        // A peer we do not listen to is not silent.
        if isReadingPaused { keepAlive.heard(now: now) }
        switch keepAlive.due(now: now) {
        case .wait: break
        case .ping:
            connection.queueControl(.ping, ByteBuffer())
            write(context)
        case .drop:
            _ = connection.end(.silence, CloseFrame(.goingAway, reason: "no sign of life"), droppingQueue: true)
            write(context)
            context.close(promise: nil)
            return
        }
        scheduleKeepAlive(context)
    }

    private func channelEnded() {
        guard phase != .closed else { return }
        phase = .closed
        timer?.cancel()
        closeTimer?.cancel()
        connection.channelClosed()
    }
}
