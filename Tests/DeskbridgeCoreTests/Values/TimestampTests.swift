import DeskbridgeCore
import Testing

struct TimestampTests {
    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"), (1_763_715_845_067, "2025-11-21T09:04:05.067Z"),
            (951_782_399_999, "2000-02-28T23:59:59.999Z"), (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (951_868_800_000, "2000-03-01T00:00:00.000Z"),
            (4_107_542_399_999, "2100-02-28T23:59:59.999Z"), (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
            (1_709_164_800_000, "2024-02-29T00:00:00.000Z"),
            (-2_208_988_800_000, "1900-01-01T00:00:00.000Z"), (-62_135_596_800_000, "0001-01-01T00:00:00.000Z"),
            (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
        ] as [(Int64, String)])
    func textIsRFC3339(_ milliseconds: Int64, text: String) { #expect(Timestamp(milliseconds: milliseconds).description == text) }

    @Test(
        arguments: [
            ("2026-11-21T09:00:00Z", 1_795_251_600_000), ("2026-11-21T09:00:00.1Z", 1_795_251_600_100),
            ("2026-11-21T09:00:00.123456789Z", 1_795_251_600_123), ("0000-01-01T00:00:00Z", -62_167_219_200_000),
            ("9999-12-31T23:59:60.999999999Z", 253_402_300_800_999),
            ("9999-12-31T23:59:60.9999999999Z", nil), ("9999-12-31T23:59:60.999999999999999999999Z", nil),
            ("2026-11-21T09:00:00.\(String(repeating: "9", count: 100_000))Z", nil), ("2026-11-21T09:00:00.Z", nil),
            ("2026-11-21T09:00:00.1.2Z", nil), ("2026-11-21T09:00:00.-1Z", nil), ("2026-11-21T09:00:00,1Z", nil), ("", nil), ("Z", nil),
            ("-026-11-21T09:00:00Z", nil), ("2026-00-21T09:00:00Z", nil), ("2026-13-21T09:00:00Z", nil), ("2026-11-32T09:00:00Z", nil),
            ("2026-11-21T24:00:00Z", nil), ("2026-11-21T09:60:00Z", nil), ("2026-11-21T09:00:61Z", nil), ("2026-11-21T09:00:00", nil),
            ("2026-11-21T09:00:00+01:00", nil), ("99999-11-21T09:00:00Z", nil), ("9223372036854775807", nil),
            ("-9223372036854775808Z", nil),
        ] as [(String, Int64?)])
    func textIsReadOrRefused(_ text: String, milliseconds: Int64?) {
        #expect(Timestamp(text)?.milliseconds == milliseconds)
    }

    @Test func momentsAndDurationsAdd() {
        let moment = Timestamp(milliseconds: 1000)
        #expect(moment + .milliseconds(1500) == Timestamp(milliseconds: 2500))
        #expect(moment + .seconds(-2) == Timestamp(milliseconds: -1000))
        #expect(Timestamp(milliseconds: 2500) - moment == .milliseconds(1500))
        #expect(moment < Timestamp(milliseconds: 1001))
        #expect(Duration.nanoseconds(1_999_999).wholeMilliseconds == 1)
    }
}
