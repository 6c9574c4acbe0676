package import DeskbridgeCore
import Synchronization

/// Why an attempt is ended from outside.
package enum Interruption: Sendable, Hashable {
    case cancelled
    case shutdown
}

/// The attempts under way, so that they can be ended from outside.
package final class RunningAttempts: Sendable {
    private struct State {
        var attempts: [EventID: AsyncStream<Interruption>.Continuation] = [:]
        var isShuttingDown = false
    }

    private let state = Mutex(State())

    package init() {}

    package var count: Int { state.withLock { $0.attempts.count } }

    /// - Returns: whether the event has an attempt under way.
    @discardableResult
    package func cancel(_ event: EventID) -> Bool {
        guard let attempt = state.withLock({ $0.attempts[event] }) else { return false }
        attempt.yield(.cancelled)
        return true
    }

    func interruptAll() {
        let attempts = state.withLock { state in
            state.isShuttingDown = true
            return Array(state.attempts.values)
        }
        for attempt in attempts { attempt.yield(.shutdown) }
    }

    /// Does the work, and cancels its task when it is ended from outside.
    ///
    /// - Returns: what the work returned, cancelled or not.
    func run<Value: Sendable>(
        _ event: EventID, _ work: @escaping @Sendable () async -> Value
    ) async -> (value: Value?, interruption: Interruption?) {
        let (interruptions, attempt) = AsyncStream.makeStream(of: Interruption.self, bufferingPolicy: .bufferingOldest(1))
        let isLate = state.withLock { state in
            state.attempts[event] = attempt
            return state.isShuttingDown
        }
        if isLate { attempt.yield(.shutdown) }
        defer { state.withLock { $0.attempts[event] = nil } }

        return await withTaskGroup(of: Part<Value>.self) { group in
            group.addTask { .worked(await work()) }
            group.addTask { .watched(await interruptions.first { _ in true }) }
            var interruption: Interruption?
            var value: Value?
            for await part in group {
                switch part {
                case .worked(let result): value = result
                case .watched(let reason): interruption = reason
                }
                group.cancelAll()
            }
            return (value, interruption)
        }
    }

    private enum Part<Value: Sendable>: Sendable {
        case worked(Value)
        case watched(Interruption?)
    }
}
