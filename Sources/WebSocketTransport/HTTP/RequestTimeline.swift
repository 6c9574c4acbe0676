import NIOCore

/// How long a connection may stay in each stage of HTTP/1.1, as a value: events in, the next deadline out.
struct RequestTimeline {
    private enum Stage: Equatable {
        /// Waiting for the rest of a request's head.
        case head(since: NIODeadline, hasBytes: Bool)
        case body(since: NIODeadline)
        /// The request is whole and its answer is ours to make.
        case answering(nextHasBegun: Bool)
        case idle(since: NIODeadline)
        /// All is answered; waiting for the peer to close its side too.
        case lingering(since: NIODeadline)
    }

    enum Overdue: Equatable {
        case nothing
        /// The client began a request and did not go on.
        case refuse
        case close
    }

    private let limits: WebSocketConfiguration
    private var stage: Stage
    private var answersOwed = 0
    private var unwritableSince: NIODeadline?

    init(limits: WebSocketConfiguration, now: NIODeadline) {
        self.limits = limits
        stage = .head(since: now, hasBytes: false)
    }

    /// Whether requests were received that are not fully answered.
    var owesAnswer: Bool { answersOwed > 0 }
    /// Whether there is one such request and no other.
    var owesOneAnswer: Bool { answersOwed == 1 }
    /// Whether a body is still coming in.
    var isReadingBody: Bool { if case .body = stage { true } else { false } }

    /// When to ask `overdue`; nil while nothing is expected of the client.
    var deadline: NIODeadline? {
        [stageDeadline, unwritableSince.map { $0 + TimeAmount(limits.responseTimeout) }].compactMap(\.self).min()
    }

    func overdue(now: NIODeadline) -> Overdue {
        guard let deadline, now >= deadline else { return .nothing }
        if case .head(_, hasBytes: true) = stage, stageDeadline == deadline { return .refuse }
        return .close
    }

    mutating func receivedBytes(now: NIODeadline) {
        switch stage {
        case .idle: stage = .head(since: now, hasBytes: true)
        case .head(let since, _): stage = .head(since: since, hasBytes: true)
        case .answering: stage = .answering(nextHasBegun: true)
        case .body, .lingering: break
        }
    }

    mutating func receivedHead(now: NIODeadline) {
        answersOwed += 1
        stage = .body(since: now)
    }

    mutating func receivedEnd(now: NIODeadline) {
        stage = answersOwed > 0 ? .answering(nextHasBegun: false) : .idle(since: now)
    }

    mutating func answered(now: NIODeadline) {
        answersOwed -= 1
        guard answersOwed == 0, case .answering(let nextHasBegun) = stage else { return }
        stage = nextHasBegun ? .head(since: now, hasBytes: true) : .idle(since: now)
    }

    mutating func writable(_ isWritable: Bool, now: NIODeadline) {
        unwritableSince = isWritable ? nil : unwritableSince ?? now
    }

    mutating func startedLingering(now: NIODeadline) { stage = .lingering(since: now) }

    private var stageDeadline: NIODeadline? {
        switch stage {
        case .head(let since, _): since + TimeAmount(limits.headerTimeout)
        case .body(let since): since + TimeAmount(limits.bodyTimeout)
        case .idle(let since): since + TimeAmount(limits.idleTimeout)
        case .lingering(let since): since + TimeAmount(limits.closeTimeout)
        case .answering: nil
        }
    }
}
