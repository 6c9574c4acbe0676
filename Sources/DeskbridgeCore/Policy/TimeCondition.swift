/// When a rule counts: times of day, on days of the week, both as the machine's clock and calendar show them.
///
/// A range that goes past midnight belongs to the day it begins on: `days: [fri], hours: "22:00-02:00"` ends on Saturday.
package struct TimeCondition: Sendable, Hashable {
    /// Empty for the whole day.
    private let hours: [HourRange]
    /// Empty for all days.
    private let days: Set<Weekday>

    /// Nil if neither is given.
    init?(hours: [HourRange], days: [Weekday]) {
        guard !hours.isEmpty || !days.isEmpty else { return nil }
        self.hours = hours
        self.days = Set(days)
    }

    func matches(_ moment: LocalMoment) -> Bool {
        guard !hours.isEmpty else { return counts(moment.day) }
        return hours.contains { range in
            if range.contains(moment.minute), counts(moment.day) { return true }
            return range.goesOn(at: moment.minute) && counts(moment.day.before)
        }
    }

    private func counts(_ day: Weekday) -> Bool { days.isEmpty || days.contains(day) }

    /// Whether this one counts whenever the other does.
    func covers(_ other: TimeCondition) -> Bool {
        Weekday.allCases.allSatisfy { day in
            (0..<HourRange.day).allSatisfy { minute in
                let moment = LocalMoment(day: day, minute: minute)
                return !other.matches(moment) || matches(moment)
            }
        }
    }
}

extension TimeCondition: CustomStringConvertible {
    package var description: String {
        let days = Weekday.allCases.filter(self.days.contains).map(\.description)
        return (days + hours.map(\.description)).joined(separator: ", ")
    }
}

/// Times of day from one minute up to, and without, another: `09:00-18:00`, or past midnight `22:00-02:00`.
struct HourRange: Sendable, Hashable, CustomStringConvertible {
    static let day = 24 * 60

    private let start: Int
    private let end: Int

    /// - Throws: ``Flaw`` unless it is two times such as `09:00`, the second up to `24:00`, that differ.
    init(_ text: String) throws(Flaw) {
        let ends = text.split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2, let start = Self.minute(ends[0]), let end = Self.minute(ends[1]), start < Self.day else {
            throw Flaw("\"\(text)\" must be times such as 09:00-18:00, or past midnight 22:00-02:00")
        }
        guard start != end % Self.day || end == Self.day else {
            throw Flaw("\"\(text)\" begins when it ends: for the whole day leave the key hours out")
        }
        self.start = start
        self.end = end
    }

    private static func minute(_ text: Substring) -> Int? {
        let bytes = Array(text.utf8)
        guard bytes.count == 5, bytes[2] == UInt8(ascii: ":"), [0, 1, 3, 4].allSatisfy({ bytes[$0].isDigit }) else { return nil }
        func two(_ index: Int) -> Int { Int(bytes[index] - 0x30) * 10 + Int(bytes[index + 1] - 0x30) }
        let minute = two(0) * 60 + two(3)
        return two(3) < 60 && minute <= day ? minute : nil
    }

    static func text(_ minute: Int) -> String {
        "\(FieldFormat.padded(Int64(minute / 60), to: 2)):\(FieldFormat.padded(Int64(minute % 60), to: 2))"
    }

    /// Whether it holds this minute of the day it begins on.
    func contains(_ minute: Int) -> Bool { minute >= start && (minute < end || end < start) }

    /// Whether it still goes on at this minute of the day after.
    func goesOn(at minute: Int) -> Bool { end < start && minute < end }

    var description: String { "\(Self.text(start))-\(Self.text(end))" }
}
