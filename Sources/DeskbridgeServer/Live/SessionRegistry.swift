import DeskbridgeCore
import DeskbridgeEngine
import Synchronization

/// The live connections, so that they can be counted, and ended when a token is revoked.
package final class SessionRegistry: Sendable {
    /// Why the bridge ends a live connection, with its WebSocket close code.
    package enum Ending: Sendable {
        case goingAway, revoked, replaced

        var code: UInt16 {
            switch self {
            case .goingAway: 1001
            case .revoked: 4401
            case .replaced: 4002
            }
        }

        var reason: String {
            switch self {
            case .goingAway: "the bridge is stopping"
            case .revoked: "the token was revoked"
            case .replaced: "a newer session took over"
            }
        }
    }

    private struct Session {
        let identity: Identity
        let close: @Sendable (Ending) -> Void
    }

    private let sessions = Mutex<[String: Session]>([:])

    package init() {}

    func add(_ id: String, _ client: Authenticated, close: @escaping @Sendable (Ending) -> Void) {
        let replaced = sessions.withLock { sessions in
            let older = client.isSingleSession ? sessions.values.filter { $0.identity.client == client.identity.client } : []
            sessions[id] = Session(identity: client.identity, close: close)
            return older
        }
        for session in replaced { session.close(.replaced) }
    }

    func remove(_ id: String) { sessions.withLock { $0[id] = nil } }

    /// Ends the connections that signed in with one of these tokens.
    func end(tokens: [String]) {
        let ended = sessions.withLock { sessions in
            sessions.values.filter { session in session.identity.token.map(tokens.contains) ?? false }
        }
        for session in ended { session.close(.revoked) }
    }

    func endAll() { for session in sessions.withLock({ Array($0.values) }) { session.close(.goingAway) } }

    /// How many live connections each client has.
    var counts: [(client: ClientName, connections: Int)] {
        let clients = sessions.withLock { $0.values.map(\.identity.client) }
        return Dictionary(grouping: clients) { $0 }.map { ($0.key, $0.value.count) }.sorted { $0.client.text < $1.client.text }
    }
}
