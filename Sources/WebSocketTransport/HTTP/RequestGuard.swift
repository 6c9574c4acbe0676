import NIOCore
import NIOHTTP1

/// Keeps a connection to HTTP/1.1's rules and to our times, before requests reach Hummingbird: refuses what cannot be parsed,
/// says when a connection closes after an answer, and closes it so that the client can still read that answer.
final class RequestGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private var timeline: RequestTimeline
    private var timer: Scheduled<Void>?
    private var timerDeadline: NIODeadline?
    /// No request after the ones received is answered.
    private var isLastRequest = false
    /// What cannot be answered before the answers owed are written.
    private var refusal: HTTPResponseStatus?
    /// Whether the current answer is to an HTTP/1.0 client, which knows no chunks.
    private var answersOldVersion = false
    /// Whether an answer's head is written and its end is not.
    private var isAnswering = false
    private var isUpgraded = false
    private var isLingering = false
    private var isOutputShut = false
    private var isInputShut = false
    /// Who wants to know if the client leaves before the current answer is written.
    private var departureWatchers: [@Sendable () -> Void] = []
    /// Whether the server is shutting down.
    private(set) var isQuiescing = false

    private let budget: ConnectionBudget?

    init(limits: WebSocketConfiguration, budget: ConnectionBudget? = nil, now: NIODeadline) {
        self.budget = budget
        timeline = RequestTimeline(limits: limits, now: now)
    }

    func handlerAdded(context: ChannelHandlerContext) { armTimer(context) }

    func handlerRemoved(context: ChannelHandlerContext) { timer?.cancel() }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        tellDeparture()
        context.fireChannelInactive()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        timeline.writable(context.channel.isWritable, now: context.eventLoop.now)
        armTimer(context)
        context.fireChannelWritabilityChanged()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? HTTPParserError else {
            // Bytes piled up behind a decoder that has stopped.
            if error is ByteToMessageDecoderError.PayloadTooLargeError { context.close(promise: nil) }
            return context.fireErrorCaught(error)
        }
        guard !isLingering else { return }
        if timeline.isReadingBody {
            isLastRequest = true
            context.fireErrorCaught(error)
        } else if !isLastRequest {
            refuse(error == .headerOverflow ? .requestHeaderFieldsTooLarge : .badRequest, context)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is ArrivalNotifier.BytesArrived:
            timeline.receivedBytes(now: context.eventLoop.now)
            armTimer(context)
        case is ChannelShouldQuiesceEvent:
            isQuiescing = true
            if !timeline.owesAnswer { context.close(promise: nil) }
        case ChannelEvent.inputClosed:
            isInputShut = true
            tellDeparture()
            if isLingering { closeIfBothSidesAreShut(context) } else { context.fireUserInboundEventTriggered(event) }
        default:
            context.fireUserInboundEventTriggered(event)
        }
    }
}

// Requests.
extension RequestGuard {
    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isLingering, refusal == nil else { return }
        let now = context.eventLoop.now
        switch Self.unwrapInboundIn(data) {
        case .head(let head):
            guard !isLastRequest else { return }
            receive(head, context)
        case .body:
            context.fireChannelRead(data)
        case .end:
            guard timeline.isReadingBody else { return }
            timeline.receivedEnd(now: now)
            noteAnswering(context)
            armTimer(context)
            context.fireChannelRead(data)
            if isLastRequest && !timeline.owesAnswer { linger(context) }
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.fireChannelReadComplete()
        // Hummingbird has stopped reading by then.
        if isLingering { context.read() }
    }

    private func receive(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        var head = head
        let hosts = head.headers["host"].count
        let isOldVersion = head.version != .http1_1
        guard hosts == 1 || hosts == 0 && isOldVersion else { return refuse(.badRequest, context) }
        guard RequestFraming.isKnown(head.headers["transfer-encoding"]) else { return refuse(.badRequest, context) }
        switch RequestTarget(head.uri) {
        case .origin: break
        case .absolute(let authority, let path):
            head.headers.replaceOrAdd(name: "host", value: authority)
            head.uri = path
        case .other: return refuse(.badRequest, context)
        }
        // After such a request the decoder reads no more: what follows might be another protocol.
        let stopsDecoder = head.method == .CONNECT || head.headers.contains(name: "upgrade")
        if isOldVersion {
            // An old client's Upgrade must be ignored (RFC 9110 7.8).
            head.headers.remove(name: "upgrade")
            answersOldVersion = true
        }
        if stopsDecoder || isOldVersion || !head.isKeepAlive { isLastRequest = true }
        if !isOldVersion && !timeline.owesAnswer && head.expectsContinue {
            let goOn = HTTPResponseHead(version: .http1_1, status: .continue)
            context.writeAndFlush(Self.wrapOutboundOut(.head(goOn)), promise: nil)
        }
        timeline.receivedHead(now: context.eventLoop.now)
        noteAnswering(context)
        armTimer(context)
        context.fireChannelRead(Self.wrapInboundOut(.head(head)))
    }
}

extension HTTPRequestHead {
    /// Whether the client waits for a word before it sends the body (RFC 9110 section 10.1.1).
    fileprivate var expectsContinue: Bool { headers["expect"].contains { $0.lowercased() == "100-continue" } }
}

// Answers.
extension RequestGuard {
    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        // Hummingbird also answers 400 when a body cannot be parsed after its request was answered, which would be one answer too many.
        guard timeline.owesAnswer else {
            promise?.fail(ChannelError.outputClosed)
            return
        }
        switch Self.unwrapOutboundIn(data) {
        case .head(let head) where head.status.code >= 200 && isAnswering:
            // It gave up an answer halfway; only closing tells the client.
            promise?.fail(ChannelError.outputClosed)
            context.close(promise: nil)
        case .head(var head):
            if head.status == .switchingProtocols {
                isUpgraded = true
            } else if head.status.code >= 200 {
                isAnswering = true
                if head.headers[canonicalForm: "connection"].contains(where: { $0.lowercased() == "close" }) { isLastRequest = true }
                if isLastRequest || isQuiescing || refusal != nil { head.headers.replaceOrAdd(name: "connection", value: "close") }
                if answersOldVersion { head.version = .http1_0 }
            }
            context.write(Self.wrapOutboundOut(.head(head)), promise: promise)
        case .body:
            context.write(data, promise: promise)
        case .end:
            context.write(data, promise: promise)
            guard !isUpgraded else {
                budget?.setBeingAnswered(context.channel, false)
                return
            }
            isAnswering = false
            departureWatchers = []
            timeline.answered(now: context.eventLoop.now)
            noteAnswering(context)
            armTimer(context)
            answerEnded(context)
        }
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard mode == .output else { return context.close(mode: mode, promise: promise) }
        linger(context)
        promise?.succeed()
    }

    private func answerEnded(_ context: ChannelHandlerContext) {
        guard !timeline.owesAnswer else { return }
        if let refusal {
            writeRefusal(refusal, context)
        } else if isLastRequest && !timeline.isReadingBody || isQuiescing {
            linger(context)
        }
    }

    private func refuse(_ status: HTTPResponseStatus, _ context: ChannelHandlerContext) {
        refusal = status
        if !timeline.owesAnswer { writeRefusal(status, context) }
    }

    private func writeRefusal(_ status: HTTPResponseStatus, _ context: ChannelHandlerContext) {
        let head = HTTPResponseHead(version: .http1_1, status: status, headers: ["connection": "close", "content-length": "0"])
        context.write(Self.wrapOutboundOut(.head(head)), promise: nil)
        context.write(Self.wrapOutboundOut(.end(nil)), promise: nil)
        linger(context)
    }

    /// Shuts our side after the last byte and waits for the client's: closing with bytes unread would reset the connection,
    /// and the client could lose the answer (RFC 9112 9.6).
    private func linger(_ context: ChannelHandlerContext) {
        guard !isLingering else { return }
        isLingering = true
        context.flush()
        let shut = context.eventLoop.makePromise(of: Void.self)
        shut.futureResult.assumeIsolated().whenComplete { _ in
            self.isOutputShut = true
            self.timeline.startedLingering(now: context.eventLoop.now)
            self.armTimer(context)
            self.closeIfBothSidesAreShut(context)
        }
        context.close(mode: .output, promise: shut)
        context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        context.read()
    }

    private func closeIfBothSidesAreShut(_ context: ChannelHandlerContext) {
        if isInputShut && isOutputShut { context.close(promise: nil) }
    }
}

// Places.
extension RequestGuard {
    /// While the client still owes the rest of its request, it is not being answered.
    private func noteAnswering(_ context: ChannelHandlerContext) {
        budget?.setBeingAnswered(context.channel, timeline.owesAnswer && !timeline.isReadingBody)
    }
}

// Departures.
extension RequestGuard {
    func watchDeparture(_ left: @escaping @Sendable () -> Void) {
        if isInputShut { left() } else if timeline.owesAnswer { departureWatchers.append(left) }
    }

    private func tellDeparture() {
        for left in departureWatchers { left() }
        departureWatchers = []
    }
}

// Times.
extension RequestGuard {
    private func armTimer(_ context: ChannelHandlerContext) {
        let deadline = timeline.deadline
        // A later deadline, or none, needs no new timer: the old one looks again when it fires.
        guard let deadline, timerDeadline.map({ $0 > deadline }) ?? true else { return }
        timer?.cancel()
        timerDeadline = deadline
        timer = context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) { self.timerFired(context) }
    }

    private func timerFired(_ context: ChannelHandlerContext) {
        timerDeadline = nil
        switch timeline.overdue(now: context.eventLoop.now) {
        case .nothing: armTimer(context)
        case .refuse: refuse(.requestTimeout, context)
        case .close: context.close(promise: nil)
        }
    }
}
