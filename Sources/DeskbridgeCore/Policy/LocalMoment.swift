/// A moment as the calendar and the clock on the wall show it where the machine stands.
package struct LocalMoment: Sendable, Hashable, CustomStringConvertible {
    package let day: Weekday
    /// Since midnight, from 0 to 1439, as the clock shows it: on the days when it is set, some minutes come twice or not at all.
    package let minute: Int

    package init(day: Weekday, minute: Int) {
        self.day = day
        self.minute = minute
    }

    package init(_ moment: Timestamp, in zone: ZoneOffset) {
        let local = moment.milliseconds + Int64(zone.seconds(moment)) * 1000
        let (days, ofDay) = local.quotientAndFloorRemainder(by: 86_400_000)
        // 1 January 1970 was a Thursday.
        let (_, weekday) = (days + 3).quotientAndFloorRemainder(by: 7)
        self.init(day: Weekday.allCases[Int(weekday)], minute: Int(ofDay / 60_000))
    }

    package var description: String { "\(day) \(HourRange.text(minute))" }
}

/// A day of the week, by the names that policy files have for them.
package enum Weekday: Int, Sendable, Hashable, CaseIterable, CustomStringConvertible {
    case monday, tuesday, wednesday, thursday, friday, saturday, sunday

    private static let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

    /// - Throws: ``Flaw`` unless it is `mon`, `tue` and so on.
    init(_ name: some StringProtocol) throws(Flaw) {
        guard let index = Self.names.firstIndex(of: String(name)), let day = Weekday(rawValue: index) else {
            throw Flaw("\"\(name)\" is no day: the days are \(Self.names.joined(separator: ", ")), or from one to another such as mon-fri")
        }
        self = day
    }

    package var description: String { Self.names[rawValue] }

    var before: Weekday { Weekday(rawValue: (rawValue + 6) % 7) ?? self }

    /// The days that `mon-fri`, `sat-mon` or `sun` means.
    static func days(_ text: String) throws(Flaw) -> [Weekday] {
        let ends = text.split(separator: "-", omittingEmptySubsequences: false)
        let first = try Weekday(ends[0])
        guard ends.count > 1 else { return [first] }
        guard ends.count == 2 else { throw Flaw("\"\(text)\" must be a day, or from one day to another such as mon-fri") }
        let last = try Weekday(ends[1])
        return (0...(last.rawValue - first.rawValue + 7) % 7).compactMap { Weekday(rawValue: (first.rawValue + $0) % 7) }
    }
}
