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

    /// Takes up to `count` passes.
    ///
    /// - Returns: how many were taken, and how long to wait for the next one if that is fewer.
    mutating func take(_ count: Int, now: Duration) -> (taken: Int, retryAfter: Duration?) {
        for taken in 0..<count {
            if case .refused(let retryAfter) = window.take(now: now) { return (taken, retryAfter) }
        }
        return (count, nil)
    }
}
