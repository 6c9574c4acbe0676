import DequeModule

/// Who stands at the door: connections whose first request isn't whole yet, or waits to be heard. What happens goes in, what is to be
/// done comes out.
///
/// When all places are taken, whoever has stood there longest goes. Of those who wait to be heard the latest comes first: under a flood
/// a line in order of arrival would have everybody wait until nobody is answered.
struct Backlog {
    typealias Caller = UInt64

    enum Action: Equatable {
        case admit(Caller)
        /// It began a request and did not go on.
        case answerTimeout(Caller)
        /// It asked, and its turn did not come.
        case answerBusy(Caller)
        case close(Caller)
    }

    private enum Stage {
        case silent, begun, waiting
        /// It was answered, and may read that.
        case leaving
    }

    /// How long an answer may be read before the connection is closed.
    private static let farewell = Duration.seconds(1)

    private let places: Int
    private let patience: Duration
    private var admissions: Pace
    private var replacements: Pace
    /// Many who came together don't all end together: most of them would be back at the same moment.
    private var endings = Pace(perSecond: 500, burst: 10)
    private var callers: [Caller: Stage] = [:]
    /// Each caller with the time its patience ends, the longest there first; also those that have gone since.
    private var deadlines: Deque<(caller: Caller, time: Duration)> = []
    private var farewells: Deque<(caller: Caller, time: Duration)> = []
    /// The latest last; also those that have gone since.
    private var line: [Caller] = []
    private var waiting = 0

    /// - Parameters:
    ///   - patience: how long the head of a request may take, and an answer may be waited for.
    ///   - admissions: how many strangers are heard in a second.
    ///   - replacements: how many come in a second when each has to take somebody's place.
    init(places: Int, patience: Duration, admissions: Pace, replacements: Pace) {
        self.places = places
        self.patience = patience
        self.admissions = admissions
        self.replacements = replacements
    }

    /// How much is remembered of those who are there or have been.
    var remembered: Int { callers.count + deadlines.count + farewells.count + line.count }

    /// Whether it asked and waits for its turn.
    func isWaiting(_ caller: Caller) -> Bool {
        if case .waiting = callers[caller] { true } else { false }
    }

    /// Whether it was answered and is about to go.
    func isLeaving(_ caller: Caller) -> Bool {
        if case .leaving = callers[caller] { true } else { false }
    }

    /// When there is room for one more: a time that has passed if there is room now.
    func nextArrival(now: Duration) -> Duration { callers.count < places ? now : replacements.next }

    mutating func arrived(_ caller: Caller, now: Duration) -> [Action] {
        var actions: [Action] = []
        if callers.count >= places {
            _ = replacements.take(now: now)
            actions = shedOne()
        }
        callers[caller] = .silent
        deadlines.append((caller, now + patience))
        return actions
    }

    mutating func began(_ caller: Caller) { if case .silent = callers[caller] { callers[caller] = .begun } }

    /// Its request is whole, and nobody vouches for it.
    mutating func asked(_ caller: Caller, now: Duration) -> [Action] {
        switch callers[caller] {
        case .silent, .begun: break
        case .waiting, .leaving, nil: return []
        }
        callers[caller] = .waiting
        line.append(caller)
        waiting += 1
        return admitNext(now: now)
    }

    /// It was given an answer, after which the connection ends.
    mutating func answered(_ caller: Caller, now: Duration) {
        guard let stage = callers[caller] else { return }
        if case .waiting = stage { waiting -= 1 }
        callers[caller] = .leaving
        farewells.append((caller, now + Self.farewell))
    }

    /// It came in, or is gone.
    mutating func left(_ caller: Caller) {
        if case .waiting = callers.removeValue(forKey: caller) { waiting -= 1 }
        if line.count > 2 * waiting + 64 { line = line.filter(isWaiting) }
        if deadlines.count > 2 * callers.count + 64 { deadlines = deadlines.filter { callers[$0.caller] != nil } }
    }

    /// Whoever has been there longest gives up its place.
    mutating func shedOne() -> [Action] {
        while let (caller, _) = deadlines.popFirst() {
            guard callers[caller] != nil else { continue }
            left(caller)
            return [.close(caller)]
        }
        return []
    }

    /// What is due by now.
    mutating func due(now: Duration) -> [Action] {
        var actions: [Action] = []
        while let (caller, time) = farewells.first, callers[caller] == nil || time <= now {
            farewells.removeFirst()
            guard callers[caller] != nil else { continue }
            left(caller)
            actions.append(.close(caller))
        }
        while let (caller, time) = deadlines.first, callers[caller] == nil || time <= now && endings.take(now: now) {
            deadlines.removeFirst()
            switch callers[caller] {
            case .silent:
                left(caller)
                actions.append(.close(caller))
            case .begun: actions.append(.answerTimeout(caller))
            case .waiting: actions.append(.answerBusy(caller))
            case .leaving, nil: break
            }
        }
        return actions + admitNext(now: now)
    }

    /// When ``due(now:)`` is to be asked again, if nothing happens before; nil if it need not.
    var nextDue: Duration? {
        [deadlines.first.map { max($0.time, endings.next) }, farewells.first?.time, waiting > 0 ? admissions.next : nil].compactMap(\.self)
            .min()
    }

    private mutating func admitNext(now: Duration) -> [Action] {
        var actions: [Action] = []
        while waiting > 0, admissions.take(now: now) {
            while let caller = line.popLast() {
                guard isWaiting(caller) else { continue }
                left(caller)
                actions.append(.admit(caller))
                break
            }
        }
        return actions
    }
}
