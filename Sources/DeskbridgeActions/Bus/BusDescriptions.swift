import DBus
internal import Synchronization

/// What peers said of themselves, kept for as long as they run.
final class BusDescriptions: Sendable {
    struct Peer: Hashable, Sendable {
        let bus: BusAddress
        /// Its unique name, which no other connection of that bus ever gets.
        let owner: String
    }

    /// More peers are not remembered: the first ones are forgotten.
    private static let mostPeers = 64
    /// More objects of one peer are not remembered.
    private static let mostObjects = 256

    private struct State {
        var byPeer: [Peer: [ObjectPath: IntrospectionData]] = [:]
        /// In the order in which they came.
        var peers: [Peer] = []
    }

    private let state = Mutex(State())

    func description(of path: ObjectPath, at peer: Peer) -> IntrospectionData? {
        state.withLock { $0.byPeer[peer]?[path] }
    }

    /// - Returns: whether it is the first of this peer: then somebody has to see to it that it is forgotten when the peer goes.
    func keep(_ description: IntrospectionData, of path: ObjectPath, at peer: Peer) -> Bool {
        state.withLock { state in
            let isFirst = state.byPeer[peer] == nil
            if isFirst {
                if state.peers.count >= Self.mostPeers { state.byPeer[state.peers.removeFirst()] = nil }
                state.peers.append(peer)
            }
            if state.byPeer[peer, default: [:]].count < Self.mostObjects { state.byPeer[peer, default: [:]][path] = description }
            return isFirst
        }
    }

    func forget(_ peer: Peer) {
        state.withLock { state in
            state.byPeer[peer] = nil
            state.peers.removeAll { $0 == peer }
        }
    }

    var count: Int { state.withLock { $0.peers.count } }
}
