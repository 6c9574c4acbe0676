internal import Glibc

/// A clock for intervals: it never runs backwards, and goes on while the machine sleeps. Counts from no particular moment.
package struct MonotonicClock: Sendable {
    package let now: @Sendable () -> Duration

    package init(now: @escaping @Sendable () -> Duration) { self.now = now }

    /// `CLOCK_BOOTTIME` of clock_gettime(2).
    package static let system = MonotonicClock {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}
