package import NIOCore
import Synchronization

/// Who may stay connected. Whoever connects is a stranger until somebody vouches for it; strangers and those who are known have places of
/// their own, so that no number of strangers takes a place from one who is known.
///
/// There is always room for one more stranger: the one that has been there longest has to go, first among those that are not being
/// answered. So holding a connection open without a word, or word by word, gains nothing.
///
/// Among those who are known, none has more than its share, and some places are kept for who is privileged.
package final class ConnectionBudget: Sendable {
    private struct Entry {
        let channel: any Channel
        /// Counts the connections as they came; the lowest has been there longest.
        var turn: UInt64
        /// In whose name somebody vouched for it; nil for a stranger.
        var client: String?
        var isKnown: Bool { client != nil }
        var isBeingAnswered = false
    }

    private struct State {
        var entries: [ObjectIdentifier: Entry] = [:]
        var turns: UInt64 = 0
        var known = 0
        var shares: [String: Int] = [:]
        var shed = 0
        var isQuiescing = false

        mutating func take(_ client: String) {
            known += 1
            shares[client, default: 0] += 1
        }

        mutating func giveBack(_ client: String) {
            known -= 1
            shares[client] = shares[client].flatMap { $0 > 1 ? $0 - 1 : nil }
        }
    }

    private let mostStrangers: Int
    private let mostKnown: Int
    private let mostOfOneClient: Int
    private let reserved: Int
    private let state = Mutex(State())

    /// - Parameters:
    ///   - ofOneClient: how many of the known connections may be of the same client.
    ///   - reserved: how many places there are beside those of the known ones, for who is privileged.
    package init(strangers: Int, known: Int, ofOneClient: Int? = nil, reserved: Int = 0) {
        mostStrangers = strangers
        mostKnown = known
        mostOfOneClient = min(ofOneClient ?? known, known)
        self.reserved = reserved
    }

    /// How many connections there are now, and how many strangers had to go so far.
    package var counts: (strangers: Int, known: Int, shed: Int) {
        state.withLock { ($0.entries.count - $0.known, $0.known, $0.shed) }
    }

    /// A connection was opened.
    package func add(_ channel: any Channel) {
        let key = ObjectIdentifier(channel)
        let (victim, isQuiescing) = state.withLock { state -> ((any Channel)?, Bool) in
            // The newest is never the one to go.
            let victim = state.entries.count - state.known >= mostStrangers ? Self.takeVictim(&state) : nil
            state.turns += 1
            state.entries[key] = Entry(channel: channel, turn: state.turns)
            return (victim, state.isQuiescing)
        }
        victim?.close(promise: nil)
        channel.closeFuture.whenComplete { _ in self.remove(key) }
        if isQuiescing { channel.close(promise: nil) }
    }

    /// Has every connection end as soon as what it is owed is answered. Whoever comes later is closed at once.
    package func quiesce() {
        let channels = state.withLock { state in
            state.isQuiescing = true
            return state.entries.values.map(\.channel)
        }
        for channel in channels { channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent()) }
    }

    /// A request of the connection has come in and is about to be answered, or its last answer was written.
    func setBeingAnswered(_ channel: any Channel, _ isBeingAnswered: Bool) {
        state.withLock { $0.entries[ObjectIdentifier(channel)]?.isBeingAnswered = isBeingAnswered }
    }

    /// Somebody has signed in on this connection: it is safe from strangers from now on.
    /// - Parameters:
    ///   - client: whose share it counts against, until it is disowned.
    ///   - isPrivileged: whether the reserved places are for it too.
    /// - Returns: false if there are as many of them as there may be, or as many of this client; it stays a stranger then.
    package func vouch(for channel: any Channel, of client: String, isPrivileged: Bool = false) -> Bool {
        let key = ObjectIdentifier(channel)
        return state.withLock { state in
            // One that isn't there is closing, or was never counted.
            guard let entry = state.entries[key], !entry.isKnown else { return true }
            guard state.known < mostKnown + (isPrivileged ? reserved : 0), state.shares[client, default: 0] < mostOfOneClient else {
                return false
            }
            state.take(client)
            state.entries[key]?.client = client
            return true
        }
    }

    /// Whether somebody has signed in on this connection, and still may.
    package func isKnown(_ channel: any Channel) -> Bool { state.withLock { $0.entries[ObjectIdentifier(channel)]?.isKnown ?? false } }

    /// What the connection signed in with is no longer good: it is a stranger again, and a new one.
    package func disown(_ channel: any Channel) {
        let key = ObjectIdentifier(channel)
        state.withLock { state in
            guard let client = state.entries[key]?.client else { return }
            state.giveBack(client)
            state.turns += 1
            state.entries[key]?.client = nil
            state.entries[key]?.turn = state.turns
        }
    }

    /// Sends the longest-standing stranger away, to get its descriptor back.
    /// - Returns: false if there is none.
    package func shedOne() -> Bool {
        let victim = state.withLock { Self.takeVictim(&$0) }
        victim?.close(promise: nil)
        return victim != nil
    }

    private func remove(_ key: ObjectIdentifier) {
        state.withLock { state in
            if let client = state.entries.removeValue(forKey: key)?.client { state.giveBack(client) }
        }
    }

    private static func takeVictim(_ state: inout State) -> (any Channel)? {
        var victim: (key: ObjectIdentifier, entry: Entry)?
        for (key, entry) in state.entries where !entry.isKnown {
            guard let best = victim?.entry else {
                victim = (key, entry)
                continue
            }
            let isBetter = entry.isBeingAnswered == best.isBeingAnswered ? entry.turn < best.turn : best.isBeingAnswered
            if isBetter { victim = (key, entry) }
        }
        guard let victim else { return nil }
        state.entries[victim.key] = nil
        state.shed += 1
        return victim.entry.channel
    }
}
