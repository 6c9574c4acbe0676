internal import Glibc

/// How far local time is ahead of UTC at a moment; tests put their own in its place.
package struct ZoneOffset: Sendable {
    package let seconds: @Sendable (Timestamp) -> Int

    package init(seconds: @escaping @Sendable (Timestamp) -> Int) { self.seconds = seconds }

    /// The machine's zone, summer time included (localtime(3): the variable `TZ`, else `/etc/localtime`).
    package static let system = ZoneOffset { moment in
        var time = time_t(moment.milliseconds.quotientAndFloorRemainder(by: 1000).0)
        var local = tm()
        return localtime_r(&time, &local) == nil ? 0 : local.tm_gmtoff
    }
}
