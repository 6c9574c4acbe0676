internal import Synchronization

/// What the thread of a connection hands to one consumer. Who fills it sees to it that it stays small.
final class Inbox<Element: Sendable>: Sendable {
    private typealias Answer = Result<Element?, BusError>

    private struct State {
        var elements: [Element] = []
        /// What is thrown, once, after the elements.
        var end: BusError?
        var isOver = false
        var waiter: CheckedContinuation<Answer, Never>?

        mutating func takeAnswer() -> Answer? {
            if !elements.isEmpty { return .success(elements.removeFirst()) }
            if let end {
                self.end = nil
                return .failure(end)
            }
            return isOver ? .success(nil) : nil
        }
    }

    private let state = Mutex(State())

    /// Changes what waits for the consumer, unless it has been told of the end.
    func change(_ body: (inout [Element]) -> Void) {
        settle { state in if !state.isOver { body(&state.elements) } }
    }

    /// Ends it: the consumer takes what is there and then gets the error. Only the first end counts.
    func finish(_ error: BusError) {
        settle { state in
            if !state.isOver { state.end = error }
            state.isOver = true
        }
    }

    private func settle(_ body: (inout State) -> Void) {
        let (waiter, answer): (CheckedContinuation<Answer, Never>?, Answer?) = state.withLock { state in
            body(&state)
            guard let waiter = state.waiter, let answer = state.takeAnswer() else { return (nil, nil) }
            state.waiter = nil
            return (waiter, answer)
        }
        if let answer { waiter?.resume(returning: answer) }
    }

    /// The next element, in order; nil after the end was thrown.
    /// - Throws: ``BusError``: the end, or one of kind `cancelled` if the task is cancelled, which ends nothing.
    func next() async throws(BusError) -> Element? {
        let answer = await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Answer, Never>) in
                let answer: Answer? = state.withLock { state in
                    // A task is marked before its handlers run: the handler below finds this waiter, or the mark is seen here.
                    if Task.isCancelled { return .failure(.cancelled) }
                    if let answer = state.takeAnswer() { return answer }
                    if state.waiter != nil { return .failure(.invalid("another task waits for the same sequence")) }
                    state.waiter = continuation
                    return nil
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                defer { state.waiter = nil }
                return state.waiter
            }
            waiter?.resume(returning: .failure(.cancelled))
        }
        return try answer.get()
    }
}
