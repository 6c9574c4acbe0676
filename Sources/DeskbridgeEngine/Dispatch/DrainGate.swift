import DeskbridgeCore

/// Lets what piled up while the machine was off or asleep go at a bounded rate, so that waking up is no stampede.
///
/// Events due after the machine woke up pass freely.
struct DrainGate: Sendable {
    private let rate: Rate
    private var wokeAt: Timestamp
    private var window: RateWindow

    init(rate: Rate, startedAt: Timestamp) {
        self.rate = rate
        wokeAt = startedAt
        window = RateWindow(rate)
    }

    /// What was due before this moment counts as piled up.
    mutating func woke(at moment: Timestamp) {
        wokeAt = moment
        window = RateWindow(rate)
    }

    /// Nil if the event may go now, otherwise how long to wait before asking again.
    mutating func delay(forEventDue due: Timestamp, now: Timestamp) -> Duration? {
        guard due < wokeAt else { return nil }
        switch window.take(now: now) {
        case .allowed: return nil
        case .refused(let retryAfter): return retryAfter
        }
    }
}
