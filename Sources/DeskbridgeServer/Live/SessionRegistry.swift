import DeskbridgeCore
import DeskbridgeEngine
import Synchronization

/// The live connections, so that they can be counted, and ended when a token is revoked.
package final class SessionRegistry: Sendable {
    /// Why the bridge ends a live connection, with its WebSocket close code.
    package enum Ending: Sendable {
        case goingAway, revoked, lapsed, replaced

        var code: UInt16 {
            switch self {
            case .goingAway: 1001
            case .revoked, .lapsed: 4401
            case .replaced: 4002
            }
        }

        var reason: String {
            switch self {
            case .goingAway: "the bridge is stopping"
            case .revoked: "the token was revoked"
            case .lapsed: "the token is no longer in force"
            case .replaced: "a newer session took over"
            }
        }
    }

    private struct Session {
        let identity: Identity
        let close: @Sendable (Ending) -> Void
    }

    private struct State {
        var sessions: [String: Session] = [:]
        var isEnded = false
    }

    private let state = Mutex(State())

    package init() {}

    func add(_ id: String, _ client: Authenticated, close: @escaping @Sendable (Ending) -> Void) {
        let (replaced, isLate) = state.withLock { state in
            let older = client.isSingleSession ? state.sessions.values.filter { $0.identity.client == client.identity.client } : []
            state.sessions[id] = Session(identity: client.identity, close: close)
            return (older, state.isEnded)
        }
        for session in replaced { session.close(.replaced) }
        if isLate { close(.goingAway) }
    }

    func remove(_ id: String) { state.withLock { $0.sessions[id] = nil } }

    /// Ends the connections that signed in with one of these tokens.
    func end(tokens: [String]) {
        let ended = state.withLock { state in
            state.sessions.values.filter { session in session.identity.token.map(tokens.contains) ?? false }
        }
        for session in ended { session.close(.revoked) }
    }

    /// Ends all connections, and each that comes later.
    func endAll() {
        let ended = state.withLock { state in
            state.isEnded = true
            return Array(state.sessions.values)
        }
        for session in ended { session.close(.goingAway) }
    }

    /// How many live connections each client has.
    var counts: [(client: ClientName, connections: Int)] {
        let clients = state.withLock { $0.sessions.values.map(\.identity.client) }
        return Dictionary(grouping: clients) { $0 }.map { ($0.key, $0.value.count) }.sorted { $0.client.text < $1.client.text }
    }
}
