import DeskbridgeCore

/// Lets what piled up while the machine was off or asleep go at a bounded rate, so that waking up is no stampede.
///
/// What becomes due after the machine woke up passes freely.
struct DrainGate: Sendable {
    private let rate: Rate
    /// What was due at this moment piled up.
    private(set) var wokeAt: Timestamp
    private var window: RateWindow

    init(rate: Rate, startedAt: Timestamp) {
        self.rate = rate
        wokeAt = startedAt
        window = RateWindow(rate)
    }

    mutating func woke(at moment: Timestamp) {
        wokeAt = moment
        window = RateWindow(rate)
    }

    /// How many of `count` may pass now, and how long to wait for the next one if that is fewer.
    func room(for count: Int, now: Duration) -> (count: Int, retryAfter: Duration?) {
        var window = window
        for taken in 0..<count {
            if case .refused(let retryAfter) = window.take(now: now) { return (taken, retryAfter) }
        }
        return (count, nil)
    }

    /// Counts what did pass.
    mutating func pass(_ count: Int, now: Duration) {
        for _ in 0..<count { _ = window.take(now: now) }
    }
}
