extension JSONDecimal: Comparable {
    /// By value, exactly.
    package static func < (left: JSONDecimal, right: JSONDecimal) -> Bool {
        if left.sign != right.sign { return left.sign < right.sign }
        return left.isNegative ? right.isSmallerInSize(than: left) : left.isSmallerInSize(than: right)
    }

    private var sign: Int { digits.isEmpty ? 0 : isNegative ? -1 : 1 }

    /// The first digit stands at the same power of ten in both, or decides by itself; then digits compare as text, since no
    /// zero ends them.
    private func isSmallerInSize(than other: JSONDecimal) -> Bool {
        let magnitude = digits.utf8.count + exponent
        let otherMagnitude = other.digits.utf8.count + other.exponent
        return magnitude == otherMagnitude ? digits < other.digits : magnitude < otherMagnitude
    }
}

extension JSONDecimal {
    /// Divisors with more digits than this are not taken by ``isMultiple(of:)``.
    package static let mostDivisorDigits = 18

    /// Whether the value is a whole multiple of `divisor`, exactly. False for a divisor of 0 or of more than 18 digits.
    package func isMultiple(of divisor: JSONDecimal) -> Bool {
        guard divisor.digits.utf8.count <= Self.mostDivisorDigits, let modulus = UInt64(divisor.digits) else { return false }
        if digits.isEmpty { return true }
        // The last digit is not 0, so that it is no multiple of anything that ends at a higher power of ten.
        guard exponent >= divisor.exponent else { return false }
        var remainder: UInt64 = 0
        for digit in digits.utf8 { remainder = (remainder * 10 + UInt64(digit &- UInt8(ascii: "0"))) % modulus }
        for _ in divisor.exponent..<exponent where remainder != 0 { remainder = remainder * 10 % modulus }
        return remainder == 0
    }
}

extension JSONValue {
    /// The exact value of either kind of number.
    package var decimalValue: JSONDecimal? {
        switch self {
        case .integer(let value): JSONDecimal(String(value))
        case .decimal(let value): value
        case .null, .bool, .string, .array, .object: nil
        }
    }
}
