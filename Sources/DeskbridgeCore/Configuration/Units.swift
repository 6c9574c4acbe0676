/// The spellings of durations, sizes and rates in files and flags.
package enum Units {
    /// `250ms`, `30s`, `5m`, `12h`, `30d`: a whole number and a unit.
    package static func duration(_ text: String) -> Duration? {
        guard let (number, unit) = split(text) else { return nil }
        let milliseconds: Int64? =
            switch unit {
            case "ms": 1
            case "s": 1000
            case "m": 60_000
            case "h": 3_600_000
            case "d": 86_400_000
            default: nil
            }
        guard let milliseconds, number <= Int64(36_500) * 86_400_000 / milliseconds else { return nil }
        return .milliseconds(number * milliseconds)
    }

    /// `512B`, `64KiB`, `16MiB`, `1GiB`: a whole number and a binary unit (IEC 80000-13).
    package static func size(_ text: String) -> Int? {
        guard let (number, unit) = split(text) else { return nil }
        let shift: Int? =
            switch unit {
            case "B": 0
            case "KiB": 10
            case "MiB": 20
            case "GiB": 30
            default: nil
            }
        guard let shift, number <= Int64(1) << (50 - shift) else { return nil }
        return Int(number) << shift
    }

    /// `60/10s`: how many in how long.
    package static func rate(_ text: String) -> Rate? {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let (count, rest) = split(String(parts[0])), rest.isEmpty, (1...1_000_000).contains(count),
            let window = duration(String(parts[1])), window > .zero
        else { return nil }
        return Rate(count: Int(count), window: window)
    }

    /// A duration as it is written in files, in the largest unit that says it exactly.
    package static func text(_ duration: Duration) -> String {
        let milliseconds = duration.wholeMilliseconds
        for (unit, size) in [("d", Int64(86_400_000)), ("h", 3_600_000), ("m", 60_000), ("s", 1000)]
        where milliseconds % size == 0 && milliseconds != 0 {
            return "\(milliseconds / size)\(unit)"
        }
        return "\(milliseconds)ms"
    }

    /// A size as it is written in files, in the largest unit that says it exactly.
    package static func text(size: Int) -> String {
        for (unit, shift) in [("GiB", 30), ("MiB", 20), ("KiB", 10)] where size != 0 && size % (1 << shift) == 0 {
            return "\(size >> shift)\(unit)"
        }
        return "\(size)B"
    }

    private static func split(_ text: String) -> (Int64, Substring)? {
        let digits = text.utf8.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard (1...15).contains(digits.count), let number = Int64(Substring(digits)) else { return nil }
        return (number, text[digits.endIndex...])
    }
}

/// How many of something may happen in a window of time.
package struct Rate: Sendable, Hashable, CustomStringConvertible {
    package let count: Int
    package let window: Duration

    package init(count: Int, window: Duration) {
        self.count = count
        self.window = window
    }

    package var description: String { "\(count)/\(Units.text(window))" }
}

extension YAMLNode {
    package func duration(_ what: String) throws(DefinitionError) -> Duration {
        guard let value = quantity.flatMap(Units.duration) else {
            throw error("\(what) must be a duration such as 250ms, 30s, 5m, 12h or 30d, not \(shown)")
        }
        return value
    }

    package func duration(_ what: String, in range: ClosedRange<Duration>) throws(DefinitionError) -> Duration {
        let value = try duration(what)
        guard range.contains(value) else {
            throw error("\(what) must be from \(Units.text(range.lowerBound)) to \(Units.text(range.upperBound)), not \(shown)")
        }
        return value
    }

    package func size(_ what: String) throws(DefinitionError) -> Int {
        guard let value = quantity.flatMap(Units.size) else {
            throw error("\(what) must be a size such as 512B, 64KiB or 16MiB, not \(shown)")
        }
        return value
    }

    package func size(_ what: String, in range: ClosedRange<Int>) throws(DefinitionError) -> Int {
        let value = try size(what)
        guard range.contains(value) else {
            throw error("\(what) must be from \(Units.text(size: range.lowerBound)) to \(Units.text(size: range.upperBound)), not \(shown)")
        }
        return value
    }

    package func rate(_ what: String) throws(DefinitionError) -> Rate {
        guard let value = quantity.flatMap(Units.rate) else { throw error("\(what) must be a rate such as 60/10s, not \(shown)") }
        return value
    }

    /// The text of a string; a bare number is not one, so that `30` is never taken for seconds here and bytes there.
    private var quantity: String? {
        if case .scalar(.string(let value), _) = content { value } else { nil }
    }

    private var shown: String {
        switch content {
        case .scalar(.string(let value), _): "\"\(value)\""
        case .scalar(.integer, let text), .scalar(.decimal, let text): text
        default: kind
        }
    }
}
