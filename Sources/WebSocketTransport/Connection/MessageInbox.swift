import NIOCore
import Synchronization

/// The received messages that wait for the handler, and the signal to stop reading from the socket while too much waits.
final class MessageInbox: Sendable {
    private struct Waiter {
        let id: UInt64
        let continuation: CheckedContinuation<WebSocketMessage?, Never>
    }

    private struct State {
        var messages = CircularBuffer<WebSocketMessage>()
        var weight = 0
        var waiters = CircularBuffer<Waiter>()
        var lastID: UInt64 = 0
        var isReadingPaused = false
        var isFinished = false
        var reportsCaughtUp = false

        /// Takes the next message, and says whether reading may go on now.
        mutating func take(resumingAt mark: Int) -> (message: WebSocketMessage?, resumesReading: Bool) {
            guard let message = messages.popFirst() else { return (nil, false) }
            weight -= MessageInbox.weight(of: message)
            let resumes = isReadingPaused && weight <= mark
            if resumes { isReadingPaused = false }
            return (message, resumes)
        }
    }

    private enum Answer {
        case message(WebSocketMessage, resumesReading: Bool)
        case finished
        case wait(reportsCaughtUp: Bool)
    }

    enum Signal {
        /// Enough was taken after `deliver` had asked for a pause.
        case resumeReading
        /// All was taken and the consumer asks for more, after `isCaughtUp` had said no.
        case caughtUp
    }

    /// Reading stops above the first weight and goes on below the second. A message weighs its bytes and a little, so empty ones count.
    private static let pauseMark = 256 * 1024
    private static let resumeMark = 64 * 1024
    private static func weight(of message: WebSocketMessage) -> Int { message.byteCount + 128 }

    private let state = Mutex(State())
    private let signal: @Sendable (Signal) -> Void

    /// - Parameter signal: called from the consumer's thread.
    init(signal: @escaping @Sendable (Signal) -> Void) {
        self.signal = signal
    }

    /// Whether the consumer has dealt with all there was and asks for more; if not, `caughtUp` is signalled when it does.
    func isCaughtUp() -> Bool {
        state.withLock { state in
            state.reportsCaughtUp = state.waiters.isEmpty
            return !state.reportsCaughtUp
        }
    }

    /// Adds messages; true if the socket must not be read until `resumeReading` is signalled.
    func deliver(_ messages: [WebSocketMessage]) -> Bool {
        var handed: [(Waiter, WebSocketMessage)] = []
        let pause = state.withLock { state in
            guard !state.isFinished else { return false }
            for message in messages {
                if let waiter = state.waiters.popFirst() {
                    handed.append((waiter, message))
                } else {
                    state.messages.append(message)
                    state.weight += Self.weight(of: message)
                }
            }
            if state.weight > Self.pauseMark { state.isReadingPaused = true }
            return state.isReadingPaused
        }
        for (waiter, message) in handed { waiter.continuation.resume(returning: message) }
        return pause
    }

    /// No more messages come; those that wait can still be taken.
    func finish() {
        let waiters = state.withLock { state in
            state.isFinished = true
            defer { state.waiters.removeAll() }
            return Array(state.waiters)
        }
        for waiter in waiters { waiter.continuation.resume(returning: nil) }
    }

    /// The next message; nil at the end, or when the task is cancelled.
    func next() async -> WebSocketMessage? {
        guard !Task.isCancelled else { return nil }
        let (message, resumes, id) = state.withLock { state in
            state.lastID += 1
            let (message, resumes) = state.take(resumingAt: Self.resumeMark)
            return (message, resumes, state.lastID)
        }
        if resumes { signal(.resumeReading) }
        if let message { return message }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                take(or: Waiter(id: id, continuation: continuation))
            }
        } onCancel: {
            let waiter = state.withLock { state in
                state.waiters.firstIndex { $0.id == id }.map { state.waiters.remove(at: $0) }
            }
            waiter?.continuation.resume(returning: nil)
        }
    }

    private func take(or waiter: Waiter) {
        // Asked inside the continuation: a cancellation before this point has not found the waiter, one after it will.
        let isCancelled = Task.isCancelled
        let answer: Answer = state.withLock { state in
            let (message, resumes) = state.take(resumingAt: Self.resumeMark)
            if let message { return .message(message, resumesReading: resumes) }
            if state.isFinished || isCancelled { return .finished }
            state.waiters.append(waiter)
            defer { state.reportsCaughtUp = false }
            return .wait(reportsCaughtUp: state.reportsCaughtUp)
        }
        switch answer {
        case .message(let message, let resumes):
            waiter.continuation.resume(returning: message)
            if resumes { signal(.resumeReading) }
        case .finished: waiter.continuation.resume(returning: nil)
        case .wait(let reports): if reports { signal(.caughtUp) }
        }
    }
}
