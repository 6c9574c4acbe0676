import DeskbridgeCore
import Testing

struct JSONDecimalTests {
    @Test(arguments: [
        ("0", "", 0, false, "0"), ("-0", "", 0, false, "0"), ("0.000", "", 0, false, "0"), ("0e9", "", 0, false, "0"),
        ("100", "1", 2, false, "100"),
        ("-1.50", "15", -1, true, "-1.5"), ("0.001", "1", -3, false, "0.001"), ("0.0000001", "1", -7, false, "0.0000001"),
        ("1e-8", "1", -8, false, "1e-8"),
        ("12.5e3", "125", 2, false, "12500"), ("1e20", "1", 20, false, "100000000000000000000"), ("1e21", "1", 21, false, "1e21"),
        ("123.456", "123456", -3, false, "123.456"), ("1.0e2", "1", 2, false, "100"), ("1E-2", "1", -2, false, "0.01"),
        ("1e-0002", "1", -2, false, "0.01"),
        ("15e-9999", "15", -9999, false, "15e-9999"), ("0.1e-9998", "1", -9999, false, "1e-9999"), ("0.0e-9999", "", 0, false, "0"),
        ("10e9998", "1", 9999, false, "1e9999"),
    ])
    func oneValueHasOneForm(_ text: String, digits: String, exponent: Int, isNegative: Bool, written: String) throws {
        let decimal = try #require(JSONDecimal(text))
        #expect(decimal.digits == digits)
        #expect(decimal.exponent == exponent)
        #expect(decimal.isNegative == isNegative)
        #expect(decimal.text == written)
        #expect(JSONDecimal(written) == decimal)
    }

    @Test(arguments: [
        "", "-", "+1", "01", "1.", ".5", "1e", "1e+", "1e+-5", "1e++5", "1e-+5", "e5", "1e5.0", "0x1", "1 ", " 1", "1_0", "٣", "Infinity",
        "NaN", "1e10000", "1e-10000",
        "1e00000000000000005", "1.5e-9999", "0.1e-9999", "10e9999", "-10.0e9999",
    ])
    func otherTextsAreNoNumbers(_ text: String) { #expect(JSONDecimal(text) == nil) }

    @Test(arguments: [0, 1, 6, 7, 9_999, 10_000, 20_000])
    func longFractionsCanBeReadAgainOrAreRefused(_ zeros: Int) throws {
        for digits in ["1", String(repeating: "7", count: 20_000)] {
            let decimal = JSONDecimal("0." + String(repeating: "0", count: zeros) + digits)
            #expect((decimal == nil) == (zeros > 6 && zeros + digits.utf8.count > 9_999))
            if let decimal { #expect(JSONDecimal(decimal.text) == decimal) }
        }
    }

    @Test(
        arguments: [
            ("1e18", 1_000_000_000_000_000_000), ("1e19", nil), ("9223372036854775807", .max), ("9223372036854775808", nil),
            ("-9223372036854775808", .min),
            ("-9223372036854775809", nil), ("1.5", nil), ("0", 0), ("-30e-1", -3),
        ] as [(String, Int64?)])
    func integersOf64BitsAreFound(_ text: String, value: Int64?) { #expect(JSONDecimal(text)?.int64Value == value) }

    @Test(arguments: [
        ("0", "0.1"), ("-1", "0"), ("-1", "1"), ("1", "2"), ("9", "10"), ("99", "100"), ("0.09", "0.1"), ("1e-3", "1e-2"), ("-2", "-1"),
        ("-10", "-9"), ("1.5", "1.51"),
        ("0.1", "0.10000000000000000001"), ("9007199254740992", "9007199254740993"), ("1e9998", "1e9999"), ("-1e9999", "1e-9999"),
        ("12", "12.5"), ("1.05", "1.5"),
    ])
    func orderIsByExactValue(_ smaller: String, larger: String) throws {
        let (left, right) = (try #require(JSONDecimal(smaller)), try #require(JSONDecimal(larger)))
        #expect(left < right)
        #expect(!(right < left))
        #expect(!(left < left))
    }

    @Test(arguments: [
        ("10", "5", true), ("12", "5", false), ("0", "7", true), ("-15", "5", true), ("4.35", "0.01", true), ("0.3", "0.1", true),
        ("0.35", "0.1", false), ("7", "0.5", true),
        ("1e300", "3", false), ("3e300", "3", true), ("1e9999", "7", false), ("5", "10", false), ("20", "10", true), ("5", "0", false),
        ("1", "3e-1", false), ("9", "3e-1", true),
        ("999999999999999999999999999999", "999999999999999999", false), ("999999999999999999", "999999999999999999", true),
        ("1", "0.1234567890123456789", false),
    ])
    func multiplesAreExact(_ value: String, divisor: String, isMultiple: Bool) throws {
        #expect(try #require(JSONDecimal(value)).isMultiple(of: try #require(JSONDecimal(divisor))) == isMultiple)
    }

    @Test func doublesAreTheNearest() {
        #expect(JSONDecimal("0.1")?.doubleValue == 0.1)
        #expect(JSONDecimal("1e400")?.doubleValue == .infinity)
        #expect(JSONDecimal("-2.5e-3")?.doubleValue == -0.0025)
    }
}
