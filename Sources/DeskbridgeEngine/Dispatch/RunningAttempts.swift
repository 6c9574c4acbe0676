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
        /// Running events that somebody wants to end, until the outcome of their attempt is stored. The wish may come
        /// before the attempt has begun, and after it has ended.
        var cancelled: Set<EventID> = []
        /// What attempts write, until their outcome is stored.
        var outputs: [EventID: LiveOutput] = [:]
        var isShuttingDown = false
    }

    private let state = Mutex(State())

    package init() {}

    package var count: Int { state.withLock { $0.attempts.count } }

    /// Whether the time that attempts had to end by themselves is over.
    var isShuttingDown: Bool { state.withLock { $0.isShuttingDown } }

    /// Ends the attempt of an event that the ledger holds as running, be it about to begin, under way or about to be stored.
    package func cancel(_ event: EventID) {
        let attempt = state.withLock { state in
            state.cancelled.insert(event)
            return state.attempts[event]
        }
        attempt?.yield(.cancelled)
    }

    func show(_ output: LiveOutput, of event: EventID) { state.withLock { $0.outputs[event] = output } }

    /// What the event's attempt has written so far; nil if none is under way.
    func output(of event: EventID) -> OutputSnapshot? { state.withLock { $0.outputs[event] }?.snapshot }

    /// The outcome of the event's attempt is stored.
    /// - Returns: whether somebody wanted to end it.
    func settle(_ event: EventID) -> Bool {
        state.withLock { state in
            state.outputs[event] = nil
            return state.cancelled.remove(event) != nil
        }
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
    /// - Returns: what the work returned, cancelled or not; nil if it was ended before it began.
    func run<Value: Sendable>(
        _ event: EventID, _ work: @escaping @Sendable () async -> Value
    ) async -> (value: Value?, interruption: Interruption?) {
        let (interruptions, attempt) = AsyncStream.makeStream(of: Interruption.self, bufferingPolicy: .bufferingOldest(1))
        let early: Interruption? = state.withLock { state in
            if state.cancelled.contains(event) { return .cancelled }
            if state.isShuttingDown { return .shutdown }
            state.attempts[event] = attempt
            return nil
        }
        if let early { return (nil, early) }
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
