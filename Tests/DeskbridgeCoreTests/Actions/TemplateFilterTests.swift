import DeskbridgeCore
import Testing

struct TemplateFilterTests {
    private func apply(_ filters: String, _ text: String) throws -> String {
        let scope = TemplateScope(["t": FieldDeclaration(.string)])
        let template = try Template("{t|\(filters)}", at: TemplateFixture.place, in: scope)
        return try template.render(FieldValues(parameters: ["t": .string(text)], date: Timestamp(milliseconds: 0))).value
    }

    @Test(
        arguments: [
            ("Project 001", "project-001"), ("  --Ünïcödé!!  ", "unicode"), ("a/b\\c:d", "a-b-c-d"), ("ÆØÅ ßœłđþ", "aeoa-ssoeldth"),
            ("İstanbul ı", "istanbul-i"),
            ("e\u{301}tude", "etude"), ("a__b..c", "a-b-c"), ("日本 v2", "v2"), ("x日本y", "x-y"), ("10²", "10"), ("ΑΒ a", "a"), ("Ǆ1", "1"),
            ("🎬 Take 5", "take-5"),
            ("-", nil), ("日本", nil), ("", nil), ("\u{301}", nil), ("../../etc/passwd", "etc-passwd"), ("A", "a"), ("①a", "a"),
        ] as [(String, String?)])
    func slugLeavesLettersDigitsAndDashes(_ text: String, slug: String?) throws {
        guard let slug else {
            #expect(throws: PlanError.refused(.emptyValue, "nothing is left of {t} after the filter slug")) { _ = try apply("slug", text) }
            return
        }
        #expect(try apply("slug", text) == slug)
    }

    @Test(
        arguments: [
            ("Project 001", "Project 001"), ("a/b\\c:d*e?f\"g<h>i|j", "a_b_c_d_e_f_g_h_i_j"), ("..hidden", "hidden"), ("-rf", "rf"),
            ("~root", "root"),
            ("name.", "name"), ("name. . ", "name"), (" a ", "a"), ("a\u{0}b\nc\u{7F}", "a_b_c_"), ("a\u{200B}b\u{202E}c", "a_b_c"),
            ("a\u{E000}b", "a_b"),
            ("a\u{378}b", "a_b"), ("e\u{301}", "\u{E9}"), ("CON", "CON_"), ("con.txt", "con_.txt"), ("Com1", "Com1_"),
            ("lpt9.a.b", "lpt9_.a.b"), ("NUL .x", "NUL_ .x"),
            ("CONS", "CONS"), ("COM", "COM"), ("COM10", "COM10"), ("COM¹", "COM¹_"), ("a\u{2028}b", "a_b"), ("../../etc", "_.._etc"),
            ("日本", "日本"),
            ("a.b", "a.b"), ("👨‍👩‍👧", "👨_👩_👧"), ("\u{3000}a\u{A0}", "a"), ("...", nil), (" - ", nil), ("", nil), ("~.-", nil), ("/", "_"),
        ] as [(String, String?)])
    func safeMendsNamesOfFiles(_ text: String, name: String?) throws {
        guard let name else {
            #expect(throws: PlanError.refused(.emptyValue, "nothing is left of {t} after the filter safe")) { _ = try apply("safe", text) }
            return
        }
        #expect(Array(try apply("safe", text).utf8) == Array(name.utf8))
        #expect(try apply("safe|safe", text) == name)
    }

    @Test(arguments: [
        ("CON.\u{301}x", "CON_.\u{301}x"), ("con .\u{301}", "con_ .\u{301}"), ("LPT1.\u{338}.txt", "LPT1_.\u{338}.txt"),
    ])
    func aDotWithAMarkOnItEndsADevicesNameToo(_ text: String, name: String) throws {
        #expect(Array(try apply("safe", text).utf8) == Array(name.utf8))
        _ = try SegmentName(RenderedText(value: name, shown: name, startsWithField: true))
    }

    @Test func safeCutsLongNamesBetweenCharacters() throws {
        #expect(try apply("safe", String(repeating: "a", count: 300)) == String(repeating: "a", count: 240))
        #expect(try apply("safe", "a" + String(repeating: "é", count: 200)).utf8.count == 239)
        #expect(try apply("safe", String(repeating: "a", count: 239) + " b").utf8.count == 239)
    }

    @Test(arguments: [
        ("lower", "ÀB ß", "àb ß"), ("upper", "straße é", "STRASSE É"), ("title", "the OLD man's  house", "The Old Man's  House"),
        ("title", "éa\u{301}b-c ßx", "Éa\u{301}b-c Ssx"), ("title", "", ""), ("trim", " \t\n a b\u{3000}\u{A0}\r\n", "a b"),
        ("trim", " \n ", ""),
        ("truncate:2", "abc", "ab"), ("truncate:5", "abc", "abc"), ("truncate:2", "e\u{301}👨‍👩‍👧z", "e\u{301}👨‍👩‍👧"), ("truncate:1", "🇩🇪🇫🇷", "🇩🇪"),
        ("truncate:1", "", ""),
        ("trim|truncate:3|upper", "  abcd", "ABC"),
    ])
    func textFilters(_ filter: String, text: String, result: String) throws {
        #expect(Array(try apply(filter, text).utf8) == Array(result.utf8))
    }
}
