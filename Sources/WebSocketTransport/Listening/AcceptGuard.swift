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

    private struct State {
        var isPaused = false
        var isReadWaiting = false
    }

    private let budget: ConnectionBudget?
    private let state: NIOLoopBoundBox<State>
    private let isExhausted: @Sendable (IOError) -> Void

    /// - Parameter isExhausted: called each time accepting pauses.
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
        guard !state.value.isPaused else { return }
        state.value.isPaused = true
        isExhausted(error)
        _ = budget?.shedOne()
        context.eventLoop.assumeIsolated().scheduleTask(in: Self.pause) {
            self.state.value.isPaused = false
            guard self.state.value.isReadWaiting else { return }
            self.state.value.isReadWaiting = false
            context.read()
        }
    }

    package func read(context: ChannelHandlerContext) {
        if state.value.isPaused { state.value.isReadWaiting = true } else { context.read() }
    }
}
