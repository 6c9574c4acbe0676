import DBus
package import DeskbridgeCore
internal import Synchronization

/// Tells when bus names have come: one watch for each, however many events wait for it.
package final class BusArrivals: Sendable {
    private struct Name: Hashable {
        let bus: BusAddress
        let name: BusName
    }

    private struct Waiting {
        /// Counts from the first: they are told in this order.
        let number: UInt64
        let come: @Sendable () -> Void
    }

    private struct Watched {
        var watching: Task<Void, Never>?
        /// Nil until the first answer of the bus.
        var owner: NameOwner?
        var waiting: [EventID: Waiting] = [:]
    }

    private struct State {
        var watched: [Name: Watched] = [:]
        var names: [EventID: Name] = [:]
        var lastNumber: UInt64 = 0
    }

    private let handler: BusHandler
    private let state = Mutex(State())

    package init(_ handler: BusHandler) { self.handler = handler }

    /// Calls `come` when the name has an owner, at once if it has one already; and when the bus comes back after it was away, as it may
    /// then be able to start the name. It may be called more than once, from any thread, until ``forget(_:)``.
    ///
    /// The name is watched before it is looked at, so it cannot come unnoticed. A name that cannot be watched never comes.
    package func expect(_ event: EventID, bus: String, name: String, come: @escaping @Sendable () -> Void) {
        guard let bus = try? BusAddress(bus), let name = try? BusName(name) else { return }
        let key = Name(bus: bus, name: name)
        let isThere = state.withLock { state in
            state.names[event] = key
            state.lastNumber += 1
            state.watched[key, default: Watched()].waiting[event] = Waiting(number: state.lastNumber, come: come)
            if state.watched[key]?.watching == nil { state.watched[key]?.watching = Task { await self.watch(key) } }
            if case .owned? = state.watched[key]?.owner { return true }
            return false
        }
        if isThere { come() }
    }

    /// The event waits no more. With the last one the watch ends.
    package func forget(_ event: EventID) {
        let unused: Task<Void, Never>? = state.withLock { state in
            guard let key = state.names.removeValue(forKey: event) else { return nil }
            state.watched[key]?.waiting[event] = nil
            guard state.watched[key]?.waiting.isEmpty == true else { return nil }
            return state.watched.removeValue(forKey: key)?.watching
        }
        unused?.cancel()
    }

    /// How many names are watched.
    package var watchCount: Int { state.withLock { $0.watched.count } }

    private func watch(_ key: Name) async {
        do {
            for try await owner in try handler.connection(to: key.bus).watch(key.name) {
                if Task.isCancelled { return }
                for come in learn(owner, of: key) { come() }
            }
        } catch {
            // Whoever comes next tries to watch it again. A cancelled watch was replaced or is wanted no more.
            if !Task.isCancelled {
                state.withLock { state in
                    state.watched[key]?.watching = nil
                    state.watched[key]?.owner = nil
                }
            }
        }
    }

    /// - Returns: whom to tell, those first that wait longest.
    private func learn(_ owner: NameOwner, of key: Name) -> [@Sendable () -> Void] {
        let waiting: [Waiting] = state.withLock { state in
            let before = state.watched[key]?.owner
            state.watched[key]?.owner = owner
            switch (before, owner) {
            case (_, .owned), (.busAway?, .unowned): return state.watched[key].map { Array($0.waiting.values) } ?? []
            default: return []
            }
        }
        return waiting.sorted { $0.number < $1.number }.map(\.come)
    }
}
