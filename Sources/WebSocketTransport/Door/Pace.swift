/// So many a second in the long run, and so many at once after a pause. Times are those of a clock that doesn't run backwards.
struct Pace: Equatable {
    private let interval: Duration
    private let allowance: Duration
    /// When the last one would have come, had they all come evenly.
    private var paidUntil = Duration.zero

    /// - Parameter burst: how many may come at once; at least one.
    init(perSecond: Int, burst: Int) {
        interval = .seconds(1) / perSecond
        allowance = interval * (burst - 1)
    }

    /// When the next one may come; a time that has passed if it may come now.
    var next: Duration { paidUntil - allowance }

    /// Counts one, if one may come now.
    mutating func take(now: Duration) -> Bool {
        guard next <= now else { return false }
        paidUntil = max(paidUntil, now) + interval
        return true
    }
}
