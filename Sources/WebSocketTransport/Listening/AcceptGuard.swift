import Glibc
package import NIOCore

/// Keeps a listening socket alive when the process or the system has no descriptor left for a connection (accept(2): `EMFILE`, `ENFILE`,
/// `ENOBUFS`, `ENOMEM`): no more is accepted for a moment, and a stranger is sent away. Without it the error would end the server, or come
/// again as fast as the processor can ask.
package final class AcceptGuard: ChannelDuplexHandler, Sendable {
    package typealias InboundIn = any Channel
    package typealias InboundOut = any Channel
    package typealias OutboundIn = Never
    package typealias OutboundOut = Never

    private static let pause = TimeAmount.milliseconds(100)

    private static let reportInterval = TimeAmount.minutes(1)

    private struct State {
        var isPaused = false
        var reportedAt: NIODeadline?
    }

    private let budget: ConnectionBudget?
    private let state: NIOLoopBoundBox<State>
    private let isExhausted: @Sendable (IOError) -> Void

    /// - Parameter isExhausted: called when accepting pauses, at most once a minute.
    private init(_ budget: ConnectionBudget?, on eventLoop: any EventLoop, isExhausted: @escaping @Sendable (IOError) -> Void) {
        self.budget = budget
        state = NIOLoopBoundBox.makeBoxSendingValue(State(), eventLoop: eventLoop)
        self.isExhausted = isExhausted
    }

    /// Puts one before a listening socket.
    package static func add(
        to listener: any Channel, budget: ConnectionBudget?, isExhausted: @escaping @Sendable (IOError) -> Void
    ) async throws {
        let handler = AcceptGuard(budget, on: listener.eventLoop, isExhausted: isExhausted)
        try await listener.pipeline.addHandler(handler, position: .first).get()
    }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? IOError else { return context.fireErrorCaught(error) }
        switch error.errnoCode {
        // The peer was gone before it was accepted.
        case ECONNABORTED: return
        case EMFILE, ENFILE, ENOBUFS, ENOMEM: break
        default: return context.fireErrorCaught(error)
        }
        guard !state.value.isPaused, let options = context.channel.syncOptions else { return }
        state.value.isPaused = true
        let now = context.eventLoop.now
        if state.value.reportedAt.map({ now - $0 >= Self.reportInterval }) ?? true {
            state.value.reportedAt = now
            isExhausted(error)
        }
        _ = budget?.shedOne()
        // A read that failed stays asked for, and the socket readable: only this way it is no longer listened to, as long as it is paused.
        let reads = (try? options.getOption(.autoRead)) ?? false
        try? options.setOption(.autoRead, value: true)
        try? options.setOption(.autoRead, value: false)
        context.eventLoop.assumeIsolated().scheduleTask(in: Self.pause) {
            self.state.value.isPaused = false
            if reads { try? options.setOption(.autoRead, value: true) } else { context.read() }
        }
    }

    package func read(context: ChannelHandlerContext) {
        // Asked for again when the pause ends.
        if !state.value.isPaused { context.read() }
    }
}
