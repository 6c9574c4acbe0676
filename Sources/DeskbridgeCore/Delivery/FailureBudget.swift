/// What failed authentications cost, whoever they come from: the first ones nothing, then time, then a refusal.
///
/// Charge it when a credential has proved wrong, and never look at it before: then a right credential always passes, and nobody
/// can lock out others by guessing.
package struct FailureBudget: Sendable, Hashable {
    /// How a failed authentication is answered.
    package enum Consequence: Sendable, Hashable {
        case answer
        /// Answer, but only after this time: at most one second.
        case slow(by: Duration)
        /// Refuse with status 429 and this `Retry-After`.
        case refuse(retryAfter: Duration)
    }

    private var window: RateWindow

    /// - Parameter rate: how many failures are answered in a window; half of them are answered at once.
    package init(_ rate: Rate) { window = RateWindow(rate) }

    /// When failures are answered again; nil if this one would be. Counts nothing.
    package func refusal(now: Duration) -> Duration? {
        var other = window
        guard case .refused(let retryAfter) = other.take(now: now) else { return nil }
        return retryAfter
    }

    /// Counts a failure.
    /// - Parameter now: as for ``RateWindow/take(now:)``.
    package mutating func fail(now: Duration) -> Consequence {
        if case .refused(let retryAfter) = window.take(now: now) { return .refuse(retryAfter: retryAfter) }
        let beyondHalf = window.used - (window.rate.count + 1) / 2
        guard beyondHalf > 0 else { return .answer }
        return .slow(by: .milliseconds(min(1000, 50 << min(beyondHalf - 1, 5))))
    }
}
