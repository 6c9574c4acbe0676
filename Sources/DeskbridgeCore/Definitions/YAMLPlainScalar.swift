/// What a scalar without quotes means: the core schema of YAML 1.2 (section 10.3.2), without infinities and NaN, which JSON lacks.
enum YAMLPlainScalar {
    struct Refusal: Error {
        let message: String
    }

    static func value(_ text: String) throws(Refusal) -> JSONValue {
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return true
        case "false", "False", "FALSE": return false
        default: break
        }
        let isSigned = text.hasPrefix("-") || text.hasPrefix("+")
        let unsigned = isSigned ? text.dropFirst() : text[...]
        if [".inf", ".Inf", ".INF"].contains(unsigned) || [".nan", ".NaN", ".NAN"].contains(text) {
            throw Refusal(message: "\(text) is no number that can be passed on: put it between quotes if it is a text")
        }
        if !isSigned, text.hasPrefix("0x"), let value = try integer(text, radix: 16) { return value }
        if !isSigned, text.hasPrefix("0o"), let value = try integer(text, radix: 8) { return value }
        return try decimal(text, unsigned) ?? .string(text)
    }

    private static func integer(_ text: String, radix: Int) throws(Refusal) -> JSONValue? {
        let digits = text.dropFirst(2)
        guard !digits.isEmpty, digits.allSatisfy({ $0.isASCII && ($0.hexDigitValue ?? 16) < radix }) else { return nil }
        guard let value = Int64(digits, radix: radix) else {
            throw Refusal(message: "\(text.prefix(40)) is too large: put it between quotes if it is a text")
        }
        return .integer(value)
    }

    /// Brings `+1`, `.5` and `5.` into the spelling of JSON. Nil if the text is no number.
    private static func decimal(_ text: String, _ unsigned: Substring) throws(Refusal) -> JSONValue? {
        func isDigit(_ character: Character) -> Bool { character.isASCII && character.isWholeNumber }
        let whole = unsigned.prefix(while: isDigit)
        var rest = unsigned[whole.endIndex...]
        var fraction = rest.prefix(0)
        if rest.first == "." {
            fraction = rest.dropFirst().prefix(while: isDigit)
            rest = rest[fraction.endIndex...]
        }
        guard !whole.isEmpty || !fraction.isEmpty else { return nil }
        if let mark = rest.first {
            var power = rest.dropFirst()
            if power.first == "-" || power.first == "+" { power = power.dropFirst() }
            guard mark == "e" || mark == "E", !power.isEmpty, power.allSatisfy(isDigit) else { return nil }
        }
        guard whole.count < 2 || whole.first != "0" else {
            throw Refusal(
                message: "\(text.prefix(40)) begins with 0: write it without, as 0o… if it is octal, or between quotes if it is a text")
        }
        let spelling = (text.hasPrefix("-") ? "-" : "") + (whole.isEmpty ? "0" : whole) + (fraction.isEmpty ? "" : ".") + fraction + rest
        guard let value = JSONValue(number: spelling) else {
            let largest = JSONDecimal.largestExponent
            throw Refusal(message: "the exponent of \(text.prefix(40)) is beyond ±\(largest): put it between quotes if it is a text")
        }
        return value
    }
}
