import DeskbridgeCommands
import DeskbridgeCore
import Testing

@Suite struct RelativeTimeTests {
    @Test(
        arguments: [
            (0, "now"), (999, "now"), (-999, "now"), (1000, "1s ago"), (59_999, "59s ago"), (60_000, "1m ago"), (3_599_000, "59m ago"),
            (3_600_000, "1h ago"), (86_400_000, "1d ago"), (400 * 86_400_000, "400d ago"), (-1000, "in 1s"), (-300_000, "in 5m"),
        ] as [(Int64, String)])
    func saysTheLargestWholeUnit(millisecondsAgo: Int64, text: String) {
        let now = TestTerminal.now
        #expect(RelativeTime.text(Timestamp(milliseconds: now.milliseconds - millisecondsAgo), now: now) == text)
    }

    @Test(arguments: [(5, "5s"), (61, "1m 1s"), (3_700, "1h 1m"), (90_000, "1d 1h")] as [(Int64, String)])
    func saysTwoUnitsOfALongSpan(seconds: Int64, text: String) {
        #expect(RelativeTime.longSpan(seconds: seconds) == text)
    }

    @Test(
        arguments: [
            0, 1, 999, 951_826_923_456, 1_795_251_600_000, 4_107_542_399_999, 1_709_164_800_000, 951_782_400_000, 951_868_800_000,
        ] as [Int64])
    func readsWhatATimestampWrites(milliseconds: Int64) {
        let moment = Timestamp(milliseconds: milliseconds)
        #expect(Timestamp(moment.description) == moment)
    }

    @Test(
        arguments: [
            ("2026-11-21T09:00:00Z", 1_795_251_600_000), ("2026-11-21T09:00:00.5Z", 1_795_251_600_500),
            ("2026-11-21T09:00:00.123456Z", 1_795_251_600_123),
        ] as [(String, Int64)])
    func readsAnyFraction(text: String, milliseconds: Int64) {
        #expect(Timestamp(text)?.milliseconds == milliseconds)
    }

    @Test(arguments: [
        "", "Z", "2026-11-21", "2026-11-21T09:00:00", "2026-11-21 09:00:00Z", "2026-13-21T09:00:00Z", "2026-11-21T24:00:00Z",
        "2026-11-21T09:00:00.Z", "2026-11-21T09:00:00.xZ", "2026-11-21T09:00:00+01:00", "२०२६-११-२१T०९:००:००Z",
    ])
    func readsNothingElse(text: String) { #expect(Timestamp(text) == nil) }
}
