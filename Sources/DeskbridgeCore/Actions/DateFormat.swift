/// How a moment is written: `yyyy-MM-dd`, `HH'h'mm`.
///
/// The letters are those of Unicode TS 35 section 8: `yyyy` or `yy`, `MM`, `dd`, `HH`, `mm`, `ss`, `SSS`. Text between `'` stands
/// for itself and `''` is one `'`; whatever is no ASCII letter stands for itself too.
package struct DateFormat: Sendable, Hashable {
    enum Part: Sendable, Hashable {
        case literal(String)
        case year, yearOfCentury, month, day, hour, minute, second, millisecond
    }

    struct SyntaxError: Error {
        let message: String
    }

    private static let letters: [String: Part] = [
        "yyyy": .year, "yy": .yearOfCentury, "MM": .month, "dd": .day, "HH": .hour, "mm": .minute, "ss": .second, "SSS": .millisecond,
    ]
    private static let spelling = "yyyy, yy, MM, dd, HH, mm, ss and SSS"

    private let parts: [Part]

    init(_ pattern: some StringProtocol) throws(SyntaxError) {
        var parts: [Part] = []
        var rest = Substring(pattern)
        while let first = rest.first {
            if first == "'" {
                parts.append(.literal(try Self.quoted(&rest)))
            } else if first.isASCII, first.isLetter {
                let run = rest.prefix { $0 == first }
                guard let part = Self.letters[String(run)] else {
                    throw SyntaxError(message: "a date has no \"\(run.prefix(20))\": write \(Self.spelling), and other letters between '…'")
                }
                parts.append(part)
                rest = rest[run.endIndex...]
            } else {
                parts.append(.literal(String(first)))
                rest = rest.dropFirst()
            }
        }
        guard parts.contains(where: { if case .literal = $0 { false } else { true } }) else {
            throw SyntaxError(message: "a date's format names at least one of \(Self.spelling)")
        }
        self.parts = parts
    }

    private static func quoted(_ rest: inout Substring) throws(SyntaxError) -> String {
        rest = rest.dropFirst()
        guard let end = rest.firstIndex(of: "'") else { throw SyntaxError(message: "the ' is not closed") }
        let text = rest[..<end]
        rest = rest[rest.index(after: end)...]
        return text.isEmpty ? "'" : String(text)
    }

    package func text(of moment: Timestamp, in zone: ZoneOffset) -> String {
        let local = moment.milliseconds + Int64(zone.seconds(moment)) * 1000
        let (days, ofDay) = local.quotientAndFloorRemainder(by: 86_400_000)
        let date = CivilDate(daysSince1970: days)
        return parts.map { part in
            switch part {
            case .literal(let text): text
            case .year: FieldFormat.padded(date.year, to: 4)
            case .yearOfCentury: FieldFormat.padded(date.year.quotientAndFloorRemainder(by: 100).1, to: 2)
            case .month: FieldFormat.padded(date.month, to: 2)
            case .day: FieldFormat.padded(date.day, to: 2)
            case .hour: FieldFormat.padded(ofDay / 3_600_000, to: 2)
            case .minute: FieldFormat.padded(ofDay / 60_000 % 60, to: 2)
            case .second: FieldFormat.padded(ofDay / 1000 % 60, to: 2)
            case .millisecond: FieldFormat.padded(ofDay % 1000, to: 3)
            }
        }.joined()
    }
}
