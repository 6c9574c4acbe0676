import NIOCore

/// When to ping, and when a peer counts as gone.
struct KeepAlive {
    enum Action: Equatable {
        case wait
        case ping
        case drop
    }

    private let pingInterval: TimeAmount
    private let silenceLimit: TimeAmount
    private var nextPing: NIODeadline
    private var lastHeard: NIODeadline

    init(pingInterval: TimeAmount, silenceLimit: TimeAmount, now: NIODeadline) {
        self.pingInterval = pingInterval
        self.silenceLimit = silenceLimit
        nextPing = now + pingInterval
        lastHeard = now
    }

    /// When to ask `due` again.
    var nextDeadline: NIODeadline { min(nextPing, lastHeard + silenceLimit) }

    /// A frame of the peer arrived, or could have, had we been reading.
    mutating func heard(now: NIODeadline) { lastHeard = now }

    mutating func due(now: NIODeadline) -> Action {
        if now >= lastHeard + silenceLimit { return .drop }
        guard now >= nextPing else { return .wait }
        nextPing = now + pingInterval
        return .ping
    }
}
