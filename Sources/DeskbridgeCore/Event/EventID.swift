/// What an event is known by: a UUID of version 7 (RFC 9562), so that ids sort by the time they were made.
package struct EventID: Sendable, Hashable, CustomStringConvertible {
    package let text: String

    /// Nil unless the text is a UUID in its canonical lower-case spelling.
    package init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.count == 36 else { return nil }
        for (position, byte) in bytes.enumerated() {
            switch position {
            case 8, 13, 18, 23: guard byte == UInt8(ascii: "-") else { return nil }
            default:
                guard (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte) else { return nil }
            }
        }
        self.text = String(text)
    }

    package init(at moment: Timestamp, using generator: inout some RandomNumberGenerator) {
        let high = UInt64(clamping: moment.milliseconds) << 16 | 0x7000 | generator.next() & 0x0FFF
        let low = 0x8000_0000_0000_0000 | generator.next() & 0x3FFF_FFFF_FFFF_FFFF
        let hex = Self.hexadecimal(high) + Self.hexadecimal(low)
        var text = ""
        for (position, digit) in hex.enumerated() {
            if [8, 12, 16, 20].contains(position) { text += "-" }
            text.append(digit)
        }
        self.text = text
    }

    package init(at moment: Timestamp) {
        var generator = SystemRandomNumberGenerator()
        self.init(at: moment, using: &generator)
    }

    /// Sorts before all ids that were made at this moment or later, and behind all that were made earlier.
    package static func floor(at moment: Timestamp) -> String {
        let digits = hexadecimal(UInt64(clamping: moment.milliseconds) << 16)
        return "\(digits.prefix(8))-\(digits.dropFirst(8).prefix(4))"
    }

    package var description: String { text }

    private static func hexadecimal(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
