import DeskbridgeCore
import DeskbridgeEngine
import DeskbridgeStore
import Synchronization

/// Lets a request wait for the end of an event.
final class FinalWaits: Sendable {
    private let bridge: Bridge
    private struct State {
        var waiting: [EventID: [UInt64: AsyncStream<Void>.Continuation]] = [:]
        var next: UInt64 = 0
        var isEnded = false
    }

    private let state = Mutex(State())

    init(bridge: Bridge) { self.bridge = bridge }

    func hear(_ item: FeedItem) {
        guard case .changed(let change, _) = item, change.event.state.isFinal else { return }
        let waiters = state.withLock { $0.waiting[change.event.id]?.values.map { $0 } ?? [] }
        for waiter in waiters { waiter.yield() }
    }

    /// Lets all requests go that wait: the bridge is stopping, and the events go on after the next start.
    func endAll() {
        let waiters = state.withLock { state in
            state.isEnded = true
            return state.waiting.values.flatMap(\.values)
        }
        for waiter in waiters { waiter.finish() }
    }

    /// How many requests wait.
    var count: Int { state.withLock { $0.waiting.values.reduce(0) { $0 + $1.count } } }

    /// The event once it has ended; nil if it has not within that time.
    /// - Parameter begins: is handed what ends the wait early, such as when nobody is left to hear of it.
    func final(
        _ id: EventID, within duration: Duration, for identity: Identity, begins: (@escaping @Sendable () -> Void) -> Void = { _ in }
    ) async throws(Problem) -> EventHistory? {
        let (ends, end) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let ticket = state.withLock { state in
            state.next += 1
            state.waiting[id, default: [:]][state.next] = end
            if state.isEnded { end.finish() }
            return state.next
        }
        defer {
            state.withLock { state in
                state.waiting[id]?[ticket] = nil
                if state.waiting[id]?.isEmpty == true { state.waiting[id] = nil }
            }
        }
        // Looked at after the wait was set up, so that an end in between is not missed.
        let history = try await bridge.desk.event(id, for: identity)
        if history.event.state.isFinal { return history }
        begins { end.finish() }
        let hasEnded = await withTaskGroup(of: Bool.self) { group in
            group.addTask { await ends.first { _ in true } != nil }
            group.addTask {
                try? await Task.sleep(for: duration)
                return false
            }
            let first = await group.next() ?? false
            group.cancelAll()
            return first
        }
        guard hasEnded else { return nil }
        let final = try await bridge.desk.event(id, for: identity)
        return final.event.state.isFinal ? final : nil
    }
}
