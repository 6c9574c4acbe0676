import DeskbridgeCore
import Testing

struct DateFormatTests {
    private static let scope = TemplateScope(["date": FieldDeclaration(.timestamp)])

    private func text(_ pattern: String, _ milliseconds: Int64, _ offset: Int = 0) throws -> String {
        let template = try Template("{date:\(pattern)}", at: TemplateFixture.place, in: Self.scope)
        let moment = Timestamp(milliseconds: milliseconds)
        return try template.render(FieldValues(parameters: [:], date: moment, zone: ZoneOffset { _ in offset })).value
    }

    @Test(
        arguments: [
            ("yyyyMMdd", 0, 0, "19700101"), ("yyyy-MM-dd HH:mm:ss.SSS", 1_763_715_845_067, 0, "2025-11-21 09:04:05.067"),
            ("yyyy-MM-dd HH:mm", 1_763_715_845_067, 7200, "2025-11-21 11:04"),
            ("yyyy-MM-dd HH:mm", 1_763_715_845_067, -36_000, "2025-11-20 23:04"),
            ("yyyy-MM-dd HH:mm", 1_763_715_845_067, 20_700, "2025-11-21 14:49"), ("yy", 1_763_715_845_067, 0, "25"),
            ("yy", 946_684_800_000, 0, "00"),
            ("yyyy-MM-dd", 951_782_400_000, 0, "2000-02-29"), ("yyyy-MM-dd", 4_107_542_400_000, 0, "2100-03-01"),
            ("yyyy-MM-dd HH", -1, 0, "1969-12-31 23"),
            ("SSS", -1, 0, "999"), ("HH'h'mm", 3_600_000, 0, "01h00"), ("yyyy''MM", 0, 0, "1970'01"), ("'yyyy'dd", 0, 0, "yyyy01"),
            ("dd. MM. yyyy", 0, 0, "01. 01. 1970"), ("yyyy年MM", 0, 0, "1970年01"),
            ("yyyyMMdd'T'HHmmss", 1_763_715_845_067, 0, "20251121T090405"),
            ("yyyy/MM/dd", 0, 0, "1970/01/01"), ("yyyy", 253_402_300_800_000, 0, "10000"),
        ] as [(String, Int64, Int, String)])
    func patternsSpellLocalTime(_ pattern: String, milliseconds: Int64, offset: Int, text expected: String) throws {
        #expect(try text(pattern, milliseconds, offset) == expected)
    }

    @Test(arguments: ["y", "yyy", "yyyyy", "M", "MMM", "d", "H", "hh", "m", "s", "S", "SSSS", "Y", "ww", "EEE", "a", "Z", "x", "yyyyT"])
    func otherLettersAreRefused(_ pattern: String) { #expect(throws: DefinitionError.self) { _ = try text(pattern, 0) } }

    @Test func theOffsetIsTheOneOfTheMoment() throws {
        let template = try Template("{date:HH:mm}", at: TemplateFixture.place, in: Self.scope)
        let summer = ZoneOffset { $0.milliseconds < 1000 ? 7200 : 3600 }
        #expect(try template.render(FieldValues(parameters: [:], date: Timestamp(milliseconds: 999), zone: summer)).value == "02:00")
        #expect(try template.render(FieldValues(parameters: [:], date: Timestamp(milliseconds: 1000), zone: summer)).value == "01:00")
    }

    @Test func theSystemsOffsetIsOneThatZonesHave() {
        for milliseconds in [0, 1_763_715_845_067, -1, 1_750_000_000_000] as [Int64] {
            #expect((-50_400...50_400).contains(ZoneOffset.system.seconds(Timestamp(milliseconds: milliseconds))))
        }
    }
}
