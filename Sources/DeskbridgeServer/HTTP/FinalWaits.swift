import DeskbridgeCore
import DeskbridgeEngine
import DeskbridgeStore
import Synchronization

/// Lets a request wait for the end of an event.
final class FinalWaits: Sendable {
    private let bridge: Bridge
    private let waiting = Mutex<[EventID: [UInt64: AsyncStream<Void>.Continuation]]>([:])
    private let nextID = Mutex<UInt64>(0)

    init(bridge: Bridge) { self.bridge = bridge }

    func hear(_ item: FeedItem) {
        guard case .changed(let change, _) = item, change.event.state.isFinal else { return }
        let waiters = waiting.withLock { $0[change.event.id]?.values.map { $0 } ?? [] }
        for waiter in waiters { waiter.yield() }
    }

    /// Lets all requests go that wait: the bridge is stopping, and the events go on after the next start.
    func endAll() {
        for waiter in waiting.withLock({ $0.values.flatMap(\.values) }) { waiter.finish() }
    }

    /// The event once it has ended; nil if it has not within that time.
    func final(_ id: EventID, within duration: Duration, for identity: Identity) async throws(Problem) -> EventHistory? {
        let (ends, end) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let ticket = nextID.withLock { next in
            next += 1
            return next
        }
        waiting.withLock { $0[id, default: [:]][ticket] = end }
        defer {
            waiting.withLock { waiting in
                waiting[id]?[ticket] = nil
                if waiting[id]?.isEmpty == true { waiting[id] = nil }
            }
        }
        // Looked at after the wait was set up, so that an end in between is not missed.
        let history = try await bridge.desk.event(id, for: identity)
        if history.event.state.isFinal { return history }
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
