/// A decimal number in canonical form: `±digits × 10^exponent`, with no zero at either end of the digits.
///
/// Two spellings of one value are equal; nothing is rounded.
package struct JSONDecimal: Sendable, Hashable {
    package let isNegative: Bool
    package let digits: String
    package let exponent: Int

    /// Exponents beyond this are refused: no payload needs them, and they make small texts mean huge numbers.
    static let largestExponent = 9_999

    /// Reads a number as RFC 8259 section 6 spells it. Nil if the text is none, or its exponent is beyond ±9999, as it stands there or as
    /// it would stand in ``text``: what is read can be written and read again.
    package init?(_ text: some StringProtocol) {
        var bytes = Substring(text).utf8[...]
        let isNegative = bytes.first == UInt8(ascii: "-")
        if isNegative { bytes = bytes.dropFirst() }

        func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }
        let whole = bytes.prefix(while: isDigit)
        guard !whole.isEmpty, whole.count == 1 || whole.first != UInt8(ascii: "0") else { return nil }
        bytes = bytes.dropFirst(whole.count)

        var fraction = bytes.prefix(0)
        if bytes.first == UInt8(ascii: ".") {
            bytes = bytes.dropFirst()
            fraction = bytes.prefix(while: isDigit)
            guard !fraction.isEmpty else { return nil }
            bytes = bytes.dropFirst(fraction.count)
        }

        var exponent = 0
        if let mark = bytes.first, mark == UInt8(ascii: "e") || mark == UInt8(ascii: "E") {
            let power = bytes.dropFirst()
            guard power.last.map(isDigit) == true, power.dropFirst().allSatisfy(isDigit), power.count <= 16,
                let value = Int(String(Substring(power))),
                abs(value) <= Self.largestExponent
            else { return nil }
            exponent = value
            bytes = bytes.suffix(0)
        }
        guard bytes.isEmpty else { return nil }

        var digits = Array(whole) + Array(fraction)
        exponent -= fraction.count
        while digits.last == UInt8(ascii: "0") {
            digits.removeLast()
            exponent += 1
        }
        let significant = digits.drop(while: { $0 == UInt8(ascii: "0") })
        guard significant.isEmpty || abs(exponent) <= Self.largestExponent || Self.isPlainFraction(significant.count, exponent) else {
            return nil
        }
        self.digits = String(decoding: significant, as: UTF8.self)
        self.isNegative = isNegative && !significant.isEmpty
        self.exponent = significant.isEmpty ? 0 : exponent
    }

    /// The value as an integer of 64 bits, if it is one.
    package var int64Value: Int64? {
        guard !digits.isEmpty else { return 0 }
        guard exponent >= 0, digits.utf8.count + exponent <= 19 else { return nil }
        return Int64((isNegative ? "-" : "") + digits + String(repeating: "0", count: exponent))
    }

    package var doubleValue: Double { Double(text) ?? .infinity }

    /// The shortest plain spelling, or a scientific one where the plain one would be long.
    package var text: String {
        let sign = isNegative ? "-" : ""
        guard !digits.isEmpty else { return "0" }
        let count = digits.utf8.count
        if exponent >= 0, count + exponent <= 21 { return sign + digits + String(repeating: "0", count: exponent) }
        guard Self.isPlainFraction(count, exponent) else { return "\(sign)\(digits)e\(exponent)" }
        if -exponent < count { return sign + digits.dropLast(-exponent) + "." + digits.suffix(-exponent) }
        return sign + "0." + String(repeating: "0", count: -exponent - count) + digits
    }

    /// Whether so many digits with this exponent are written as a fraction with few zeros at its beginning.
    private static func isPlainFraction(_ digits: Int, _ exponent: Int) -> Bool { exponent < 0 && -exponent - digits <= 6 }
}

extension JSONValue {
    /// The value of a number's text: `integer` where it is one of 64 bits, else `decimal`. Nil if it is no number.
    package init?(number text: some StringProtocol) {
        guard let decimal = JSONDecimal(text) else { return nil }
        self = decimal.int64Value.map(JSONValue.integer) ?? .decimal(decimal)
    }
}
