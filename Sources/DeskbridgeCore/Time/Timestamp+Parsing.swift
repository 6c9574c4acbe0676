extension Timestamp {
    /// With nine digits of a fraction, so that no number in it outgrows its type.
    private static let longestText = 30

    /// Reads what ``Timestamp/description`` writes: RFC 3339 in UTC, with or without a fraction of a second, of nine digits at most.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard (20...Self.longestText).contains(bytes.count), bytes.last == UInt8(ascii: "Z") else { return nil }
        for (position, mark) in [(4, "-"), (7, "-"), (10, "T"), (13, ":"), (16, ":")] {
            guard bytes[position] == mark.utf8.first else { return nil }
        }
        func number(_ range: Range<Int>) -> Int64? {
            var value: Int64 = 0
            for byte in bytes[range] {
                guard (0x30...0x39).contains(byte) else { return nil }
                value = value * 10 + Int64(byte - 0x30)
            }
            return value
        }
        guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10), let hour = number(11..<13),
            let minute = number(14..<16), let second = number(17..<19),
            (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second < 61
        else { return nil }

        var milliseconds: Int64 = 0
        if bytes.count > 20 {
            guard bytes.count > 21, bytes[19] == UInt8(ascii: "."), let fraction = number(20..<min(23, bytes.count - 1)),
                number(20..<bytes.count - 1) != nil
            else { return nil }
            milliseconds = fraction
            for _ in min(3, bytes.count - 21)..<3 { milliseconds *= 10 }
        }
        let days = Self.daysSince1970(year: year, month: month, day: day)
        let seconds = ((days * 24 + hour) * 60 + minute) * 60 + second
        self.init(milliseconds: seconds * 1000 + milliseconds)
    }

    /// Counts from 1 March, so that the leap day is the last of its year; and from 400 years earlier, as divisions of what is below 0 round up.
    private static func daysSince1970(year: Int64, month: Int64, day: Int64) -> Int64 {
        let year = (month <= 2 ? year - 1 : year) + 400
        let monthFromMarch = (month + 9) % 12
        let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
        return 365 * year + year / 4 - year / 100 + year / 400 + dayOfYear - 719_468 - 146_097
    }
}
