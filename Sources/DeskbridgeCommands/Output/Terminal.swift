package import DeskbridgeCore
internal import Glibc

/// Where a command writes: results to `output`, everything else to `error`.
package struct Terminal: Sendable {
    package let output: OutputChannel
    package let error: OutputChannel
    package let clock: WallClock
    /// A moment as the time of day where the user is, such as `14:03:59`.
    package let localTime: @Sendable (Timestamp) -> String

    package init(
        output: OutputChannel, error: OutputChannel, clock: WallClock, localTime: @escaping @Sendable (Timestamp) -> String
    ) {
        self.output = output
        self.error = error
        self.clock = clock
        self.localTime = localTime
    }

    /// The process's own streams, the system's clock and time zone.
    package static func standard() -> Terminal {
        Terminal(
            output: .descriptor(STDOUT_FILENO), error: .descriptor(STDERR_FILENO), clock: .system, localTime: Self.timeOfDay)
    }

    /// localtime_r(3), which follows `TZ`.
    @Sendable private static func timeOfDay(_ moment: Timestamp) -> String {
        var seconds = time_t(moment.milliseconds / 1000)
        var parts = tm()
        guard localtime_r(&seconds, &parts) != nil else { return moment.description }
        func two(_ value: Int32) -> String { value < 10 ? "0\(value)" : "\(value)" }
        return "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))"
    }
}
