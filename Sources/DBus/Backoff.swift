/// How long to leave a bus alone that could not be reached: 100 ms, then twice as long each time.
///
/// Callers wait for the next attempt, so for them it grows to 1 s only. Who merely watches for the bus to come back would make an idle
/// machine wake up for nothing, so for them it grows to 5 s.
struct Backoff {
    private static let first = Duration.milliseconds(100)
    private static let longestForCallers = Duration.seconds(1)
    private static let longestForWatchers = Duration.seconds(5)

    private var delay = first

    mutating func next() -> (callers: Duration, watchers: Duration) {
        defer { delay = min(delay * 2, Self.longestForWatchers) }
        return (min(delay, Self.longestForCallers), delay)
    }

    mutating func reset() { delay = Self.first }
}
