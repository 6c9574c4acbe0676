internal import Synchronization

/// A call that somebody waits for. Whoever answers it first decides what the caller gets.
final class PendingCall: Sendable {
    typealias Answer = Result<[BusValue], BusError>

    private enum State {
        case unattended
        case awaited(CheckedContinuation<Answer, Never>)
        case answered(Answer)
    }

    let call: BusCall
    let deadline: SuspendingClock.Instant
    private let state = Mutex(State.unattended)

    init(_ call: BusCall, deadline: SuspendingClock.Instant) {
        self.call = call
        self.deadline = deadline
    }

    var isAnswered: Bool {
        state.withLock { if case .answered = $0 { true } else { false } }
    }

    /// - Returns: false if it had been answered before.
    @discardableResult
    func answer(_ answer: Answer) -> Bool {
        let (isFirst, waiter): (Bool, CheckedContinuation<Answer, Never>?) = state.withLock { state in
            defer { if case .answered = state {} else { state = .answered(answer) } }
            switch state {
            case .unattended: return (true, nil)
            case .awaited(let waiter): return (true, waiter)
            case .answered: return (false, nil)
            }
        }
        waiter?.resume(returning: answer)
        return isFirst
    }

    func fail(_ error: BusError) { answer(.failure(error)) }

    /// The answer, once there is one. Only one caller may wait.
    func wait() async -> Answer {
        await withCheckedContinuation { continuation in
            let answer: Answer? = state.withLock { state in
                if case .answered(let answer) = state { return answer }
                state = .awaited(continuation)
                return nil
            }
            if let answer { continuation.resume(returning: answer) }
        }
    }
}
