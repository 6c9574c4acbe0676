import Glibc

/// Notices that the machine slept: `CLOCK_BOOTTIME` goes on meanwhile, `CLOCK_MONOTONIC` does not (clock_gettime(2)).
struct SuspendDetector {
    private static let shortestSleep: Int64 = 1_000_000_000

    private var asleep = Self.nanosecondsAsleep()

    /// Whether it slept a second or more since it was last asked.
    mutating func hasSlept() -> Bool {
        let now = Self.nanosecondsAsleep()
        defer { asleep = now }
        return now - asleep >= Self.shortestSleep
    }

    private static func nanosecondsAsleep() -> Int64 { nanoseconds(CLOCK_BOOTTIME) - nanoseconds(CLOCK_MONOTONIC) }

    private static func nanoseconds(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
