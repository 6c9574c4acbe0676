/// How long to leave a bus alone that could not be reached: 100 ms, then twice as long each time, up to 1 s.
///
/// Callers wait for the next attempt, so it must not be long.
struct Backoff {
    private static let first = Duration.milliseconds(100)
    private static let longest = Duration.seconds(1)

    private var delay = first

    mutating func next() -> Duration {
        defer { delay = min(delay * 2, Self.longest) }
        return delay
    }

    mutating func reset() { delay = Self.first }
}
