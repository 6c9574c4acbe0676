package import NIOCore
import Synchronization

/// One open WebSocket, as its handler sees it. All of it may be called from any thread or task.
package final class WebSocketConnection: Sendable {
    /// What the connection asks of its channel handler; travels the pipeline as an outbound event.
    enum Request {
        case write
        case inbox(MessageInbox.Signal)
    }

    private struct State {
        var outbox: Outbox
        var drainWaiters = DrainWaiters()
        var ending: WebSocketEnding?
    }

    /// The messages of the peer.
    package let messages: WebSocketMessages
    private let configuration: WebSocketConfiguration
    private let channel: any Channel
    private let inbox: MessageInbox
    private let state: Mutex<State>
    private let shutdown: EventLoopPromise<Bool>

    init(channel: any Channel, configuration: WebSocketConfiguration) {
        self.channel = channel
        self.configuration = configuration
        inbox = MessageInbox { channel.triggerUserOutboundEvent(Request.inbox($0), promise: nil) }
        messages = WebSocketMessages(inbox: inbox)
        let overflow = CloseFrame(configuration.slowConsumerCode, reason: configuration.slowConsumerReason)
        state = Mutex(State(outbox: Outbox(limit: configuration.maximumUnsentBytes, overflowFrame: overflow)))
        shutdown = channel.eventLoop.makePromise()
    }

    /// Queues a text message and returns at once.
    ///
    /// - Returns: false if the connection is closing or closed, or if this message passed the limit of unsent bytes, which
    ///   closes the connection with the slow-consumer code.
    @discardableResult
    package func send(text: String) -> Bool {
        admit { $0.add(text: text) }
    }

    /// Queues a binary message and returns at once; see `send(text:)`.
    @discardableResult
    package func send(binary: ByteBuffer) -> Bool {
        admit { $0.add(.binary, binary) }
    }

    /// Bytes sent that the operating system has not taken yet, frame heads included.
    package var unsentBytes: Int { state.withLock { $0.outbox.unsentBytes } }

    /// Waits until at most `mark` bytes are unsent, the connection has ended, or the task is cancelled.
    package func drained(below mark: Int = 0) async {
        let id: UInt64? = state.withLock { state in
            state.outbox.unsentBytes <= mark || state.outbox.isFinished ? nil : state.drainWaiters.makeID()
        }
        guard let id else { return }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                // Asked inside the continuation: a cancellation before this point has not found the waiter, one after it will.
                let isCancelled = Task.isCancelled
                let isDone = state.withLock { state in
                    if isCancelled || state.outbox.unsentBytes <= mark || state.outbox.isFinished { return true }
                    state.drainWaiters.add(id, mark: mark, continuation)
                    return false
                }
                if isDone { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.drainWaiters.take(id) }?.resume()
        }
    }

    /// The same, but closes with the slow-consumer code when the peer has taken nothing at all for as long as `patience`. For one caller at
    /// a time.
    package func drained(below mark: Int, patience: Duration) async {
        guard unsentBytes > mark else { return }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.drained(below: mark) }
            group.addTask {
                _ = self.isOutboxMoving()
                while (try? await Task.sleep(for: patience)) != nil {
                    if !self.isOutboxMoving() { return self.closeAsSlow() }
                }
            }
            await group.next()
            group.cancelAll()
        }
    }

    /// Sends what is queued, then a close frame, and ends `messages` once those received are taken. Returns at once; a second
    /// call, or one on a connection that has ended, does nothing. TCP is dropped when the peer has not answered in `closeTimeout`.
    ///
    /// - Parameters:
    ///   - code: one that must not be on the wire, such as 1005, is left out together with the reason.
    ///   - reason: cut to 123 bytes of UTF-8 between two characters.
    package func close(code: WebSocketCloseCode = .normal, reason: String = "") {
        guard end(.local, code.isAllowedOnWire ? CloseFrame(code, reason: reason) : .empty) else { return }
        requestWrite()
    }

    /// How the connection ended; nil as long as it is open. It is set when closing begins.
    package var ending: WebSocketEnding? { state.withLock { $0.ending } }

    /// Waits until TCP is closed.
    package func closed() async -> WebSocketEnding {
        // A close future never fails.
        try? await channel.closeFuture.get()
        return ending ?? .lost
    }

    private func admit(_ add: (inout Outbox) -> Outbox.Admission) -> Bool {
        var waiters: [CheckedContinuation<Void, Never>] = []
        let admission = state.withLock { state in
            let admission = add(&state.outbox)
            guard admission == .overflowed else { return admission }
            state.ending = WebSocketEnding(
                cause: .local, code: configuration.slowConsumerCode, reason: configuration.slowConsumerReason)
            waiters = state.drainWaiters.takeReached(unsentBytes: 0)
            return admission
        }
        for waiter in waiters { waiter.resume() }
        switch admission {
        case .queued(let wake):
            if wake { requestWrite() }
            return true
        case .refused:
            return false
        case .overflowed:
            requestWrite()
            return false
        }
    }

    private func isOutboxMoving() -> Bool { state.withLock { $0.outbox.isMoving() } }

    private func closeAsSlow() {
        let frame = CloseFrame(configuration.slowConsumerCode, reason: configuration.slowConsumerReason)
        if end(.local, frame, droppingQueue: true) { requestWrite() }
    }

    private func requestWrite() { channel.triggerUserOutboundEvent(Request.write, promise: nil) }
}

// What the channel handler calls, on the event loop.
extension WebSocketConnection {
    var isFinished: Bool { state.withLock { $0.outbox.isFinished } }
    var isOutboxEmpty: Bool { state.withLock { $0.outbox.isEmpty } }

    /// Completes with true at a graceful shutdown, with false when the connection ends without one.
    var shutdownRequest: EventLoopFuture<Bool> { shutdown.futureResult }

    /// Begins the end, unless it has begun: fixes how the connection ended and queues the close frame.
    func end(_ cause: WebSocketEnding.Cause, _ frame: CloseFrame, droppingQueue: Bool = false) -> Bool {
        let waiters: [CheckedContinuation<Void, Never>]? = state.withLock { state in
            guard state.outbox.finish(frame, droppingQueue: droppingQueue) else { return nil }
            state.ending = WebSocketEnding(cause: cause, code: frame.code ?? .noneGiven, reason: frame.reason)
            return state.drainWaiters.takeReached(unsentBytes: 0)
        }
        guard let waiters else { return false }
        for waiter in waiters { waiter.resume() }
        return true
    }

    /// Queues a ping or a pong for the write that is about to happen; one too many for the limit ends the connection like a message.
    func queueControl(_ opcode: Opcode, _ payload: ByteBuffer) {
        _ = admit { $0.add(opcode, payload) }
    }

    func takeOutgoing() -> ByteBuffer? { state.withLock { $0.outbox.take() } }

    func confirmWritten(_ bytes: Int) {
        let waiters = state.withLock { state in
            state.outbox.confirm(bytes)
            return state.drainWaiters.takeReached(unsentBytes: state.outbox.unsentBytes)
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Hands messages to the consumer; true if reading must stop until asked for again.
    func deliver(_ messages: [WebSocketMessage]) -> Bool { inbox.deliver(messages) }

    /// Whether the consumer has dealt with all messages; if not, it is signalled when it has.
    func isConsumerCaughtUp() -> Bool { inbox.isCaughtUp() }

    func finishMessages() { inbox.finish() }

    func requestShutdown() { shutdown.succeed(true) }

    /// TCP is gone.
    func channelClosed() {
        let waiters = state.withLock { state in
            state.outbox.abandon()
            if state.ending == nil { state.ending = .lost }
            return state.drainWaiters.takeReached(unsentBytes: 0)
        }
        for waiter in waiters { waiter.resume() }
        inbox.finish()
        shutdown.succeed(false)
    }
}
