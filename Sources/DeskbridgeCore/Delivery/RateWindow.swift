/// Counts what happens against a ``Rate``: in no stretch of time as long as its window is more allowed than its count.
///
/// Memory doesn't grow with the count: what happens within a sixteenth of the window is counted as if it all happened at the last of it.
/// So a steady stream may get up to a sixteenth less than the rate, a burst gets all of it, and nothing ever gets more.
/// Times are those of a clock that doesn't run backwards, counted from any fixed moment.
package struct RateWindow: Sendable, Hashable {
    struct Slice: Hashable {
        let first: Duration
        var last: Duration
        var count: Int
    }

    package let rate: Rate
    /// Oldest first; at most 18.
    private(set) var slices: [Slice] = []

    package init(_ rate: Rate) { self.rate = rate }

    /// Counts one more if the rate has room for it. What is refused doesn't count.
    package mutating func take(now: Duration) -> RateDecision {
        let now = max(now, slices.last?.last ?? now)
        slices.removeAll { $0.last + rate.window <= now }
        guard used < rate.count else {
            return .refused(retryAfter: slices.first.map { $0.last + rate.window - now } ?? rate.window)
        }
        if let last = slices.indices.last, now - slices[last].first < rate.window / 16 {
            slices[last].last = now
            slices[last].count += 1
        } else {
            slices.append(Slice(first: now, last: now, count: 1))
        }
        return .allowed
    }

    /// What counts against the rate since the last ``take(now:)``.
    var used: Int { slices.reduce(0) { $0 + $1.count } }
}

package enum RateDecision: Sendable, Hashable {
    case allowed
    /// - Parameter retryAfter: when there is room for one again; more than zero.
    case refused(retryAfter: Duration)
}
