import DeskbridgeCore
import DeskbridgeEngine
import Synchronization

/// Counts events by their state as they change, and tells it at most ten times a second.
final class StatusBoard: Sendable {
    private static let interval = Duration.milliseconds(100)

    private struct State {
        var counts: [DeliveryState: Int]
        var listeners: [UInt64: @Sendable () -> Void] = [:]
        var nextListener: UInt64 = 0
    }

    private let sessions: SessionRegistry
    private let state: Mutex<State>
    private let changes: AsyncStream<Void>
    private let change: AsyncStream<Void>.Continuation

    /// - Parameter counts: as the ledger has them now.
    init(counts: [DeliveryState: Int], sessions: SessionRegistry = SessionRegistry()) {
        self.sessions = sessions
        state = Mutex(State(counts: counts))
        (changes, change) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    var counts: [DeliveryState: Int] { state.withLock { $0.counts } }

    /// What the channel `status` says.
    var current: JSONObject {
        let counts = counts
        func members(_ states: [DeliveryState]) -> JSONValue {
            .object(JSONObject(states.map { ($0.rawValue, .integer(Int64(counts[$0] ?? 0))) }, uniquingKeysWith: { first, _ in first }))
        }
        return [
            "queue": members(DeliveryState.allCases.filter { !$0.isFinal }),
            "finals": members(DeliveryState.allCases.filter(\.isFinal)),
        ]
    }

    /// What the channel `status` says to somebody: the owner also hears who is connected.
    func current(for identity: Identity) -> JSONObject {
        var members = current
        if identity.isOwner {
            members["clients"] = .array(
                sessions.counts.map { ["client": .string($0.client.text), "connections": .integer(Int64($0.connections))] })
        }
        return members
    }

    /// A connection began or ended.
    func sessionsChanged() { change.yield() }

    func hear(_ item: FeedItem) {
        switch item {
        case .accepted(let event): count(before: nil, after: event.state)
        case .changed(let change, _): count(before: change.before, after: change.event.state)
        case .forgotten(let states): forget(states)
        case .output: return
        }
    }

    func listen(_ listener: @escaping @Sendable () -> Void) -> @Sendable () -> Void {
        let id = state.withLock { state in
            state.nextListener += 1
            state.listeners[state.nextListener] = listener
            return state.nextListener
        }
        return { [self] in state.withLock { $0.listeners[id] = nil } }
    }

    /// Tells the listeners until the task is cancelled.
    func run() async {
        for await _ in changes {
            for listener in state.withLock({ Array($0.listeners.values) }) { listener() }
            guard (try? await Task.sleep(for: Self.interval)) != nil else { return }
        }
    }

    private func count(before: DeliveryState?, after: DeliveryState) {
        state.withLock { state in
            if let before { state.counts[before, default: 0] -= 1 }
            state.counts[after, default: 0] += 1
        }
        change.yield()
    }

    private func forget(_ states: [DeliveryState: Int]) {
        state.withLock { state in
            for (name, count) in states { state.counts[name, default: 0] -= count }
        }
        change.yield()
    }
}
