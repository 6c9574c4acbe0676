import DeskbridgeCore
import Testing

struct UnitsTests {
    @Test(
        arguments: [
            ("250ms", .milliseconds(250)), ("0s", .zero), ("30s", .seconds(30)), ("5m", .seconds(300)), ("12h", .seconds(43_200)),
            ("30d", .seconds(2_592_000)),
            ("36500d", .seconds(3_153_600_000)), ("36501d", nil), ("999999999999999d", nil), ("30", nil), ("s", nil), ("", nil),
            ("-5s", nil), ("+5s", nil), ("1.5s", nil), ("5 s", nil),
            ("5S", nil), ("5min", nil), ("5s ", nil), ("٣s", nil), ("1w", nil), ("9999999999999999s", nil),
        ] as [(String, Duration?)])
    func durationsHaveANumberAndAUnit(_ text: String, duration: Duration?) { #expect(Units.duration(text) == duration) }

    @Test(
        arguments: [
            ("0B", 0), ("512B", 512), ("64KiB", 65_536), ("16MiB", 16_777_216), ("1GiB", 1_073_741_824), ("1048576GiB", 1 << 50),
            ("1048577GiB", nil), ("64KB", nil), ("64kib", nil), ("64", nil),
            ("-1B", nil), ("1TiB", nil), ("", nil), ("B", nil),
        ] as [(String, Int?)])
    func sizesHaveABinaryUnit(_ text: String, size: Int?) { #expect(Units.size(text) == size) }

    @Test(
        arguments: [
            ("60/10s", Rate(count: 60, window: .seconds(10))), ("1/250ms", Rate(count: 1, window: .milliseconds(250))),
            ("1000000/1d", Rate(count: 1_000_000, window: .seconds(86_400))),
            ("1000001/1d", nil), ("0/10s", nil), ("60/0s", nil), ("60", nil), ("60/", nil), ("/10s", nil), ("60/10s/2", nil),
            ("-6/10s", nil), ("+60/10s", nil), ("60 /10s", nil), ("6x/1s", nil),
        ] as [(String, Rate?)])
    func ratesHaveACountAndAWindow(_ text: String, rate: Rate?) { #expect(Units.rate(text) == rate) }

    @Test(arguments: ["250ms", "30s", "90s", "5m", "12h", "30d", "1500ms", "36h", "25h"])
    func durationsAreWrittenAsTheyAreRead(_ text: String) throws {
        let duration = try #require(Units.duration(text))
        #expect(Units.duration(Units.text(duration)) == duration)
    }

    @Test func durationsAreWrittenInTheLargestExactUnit() {
        #expect(Units.text(.seconds(3600)) == "1h")
        #expect(Units.text(.seconds(90)) == "90s")
        #expect(Units.text(.milliseconds(1500)) == "1500ms")
        #expect(Units.text(.zero) == "0ms")
        #expect(Rate(count: 60, window: .seconds(60)).description == "60/1m")
    }
}
