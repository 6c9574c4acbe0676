import DeskbridgeCore
import Testing

struct SegmentNameTests {
    private func code(_ text: String, startsWithField: Bool = true) -> PlanRefusal.Code? {
        do throws(PlanError) {
            let name = try SegmentName(RenderedText(value: text, shown: text, startsWithField: startsWithField))
            #expect(name.text.utf8.elementsEqual(text.utf8))
            return nil
        } catch {
            guard case .refused(let refusal) = error else { return nil }
            return refusal.code
        }
    }

    private static let goodNames = [
        "a", "A", "0", "Project_001", "a b", "a.b", "a..b", "a-b", "a~b", "name.tar.gz", "tag-", "tag~", "_x", "(x)", "[x]", "#1", "@x",
        "$HOME", "%TEMP%", "`id`", "$(id)", "a&b", "a;b", "a'b", "a!b", "a^b", "{x}", "a,b", "a=b", "a+b",
        "Étude", "Ångström", "日本語", "ไทย", "עברית", "العربية", "한글", "Ελλάς", "Привет", "🎬", "❤️", "ｆｕｌｌ", "a\u{B7}b", "ß", "ı", "İ",
        "CONSOLE", "COM", "COM10", "LPT", "LPT10", "COMX", "NULL", "AUXILIARY", "x.CON", "CON_", "_CON", "CONIN", "PRN2", "C0M1", "COM1x",
        "COM¹x", "deskbridge", "x.deskbridge", String(repeating: "a", count: 240), String(repeating: "é", count: 120),
        String(repeating: "🎬", count: 60), "a\u{A0}b", "a\u{3000}b", "\u{301}x", "·x·",
    ]

    @Test(arguments: goodNames) func goodNamesStayAsTheyAre(_ name: String) { #expect(code(name) == nil) }

    private static let badNames: [(String, PlanRefusal.Code)] = [
        ("", .emptyValue),
        // What other systems, shells and file managers take for something else.
        ("a/b", .forbiddenCharacter), ("/", .forbiddenCharacter), ("/etc", .forbiddenCharacter), ("a\\b", .forbiddenCharacter),
        ("../x", .forbiddenCharacter), ("..\\x", .forbiddenCharacter), ("C:", .forbiddenCharacter), ("a:b", .forbiddenCharacter),
        ("a::$DATA", .forbiddenCharacter), ("a*", .forbiddenCharacter), ("a?", .forbiddenCharacter), ("\"a\"", .forbiddenCharacter),
        ("<a", .forbiddenCharacter), ("a>", .forbiddenCharacter), ("a|b", .forbiddenCharacter), ("/\u{301}", .forbiddenCharacter),
        // Control characters.
        ("a\0b", .forbiddenCharacter), ("\0", .forbiddenCharacter), ("a\nb", .forbiddenCharacter), ("a\rb", .forbiddenCharacter),
        ("a\r\nb", .forbiddenCharacter), ("a\tb", .forbiddenCharacter), ("\u{1B}[31m", .forbiddenCharacter),
        ("a\u{7}", .forbiddenCharacter),
        ("a\u{7F}", .forbiddenCharacter), ("a\u{80}", .forbiddenCharacter), ("a\u{85}b", .forbiddenCharacter),
        ("a\u{9F}", .forbiddenCharacter),
        // Characters nobody sees, and those that turn a text around.
        ("a\u{AD}b", .forbiddenCharacter), ("a\u{200B}b", .forbiddenCharacter), ("a\u{200C}b", .forbiddenCharacter),
        ("a\u{200D}b", .forbiddenCharacter), ("a\u{200E}b", .forbiddenCharacter), ("a\u{200F}b", .forbiddenCharacter),
        ("a\u{202A}b", .forbiddenCharacter), ("a\u{202E}gpj.exe", .forbiddenCharacter), ("a\u{2066}b", .forbiddenCharacter),
        ("a\u{2069}b", .forbiddenCharacter), ("a\u{2060}b", .forbiddenCharacter), ("\u{FEFF}a", .forbiddenCharacter),
        ("a\u{FFF9}b", .forbiddenCharacter), ("a\u{061C}b", .forbiddenCharacter), ("a\u{180E}b", .forbiddenCharacter),
        ("a\u{E0001}b", .forbiddenCharacter), ("a\u{E0061}", .forbiddenCharacter), ("👩\u{200D}🎨", .forbiddenCharacter),
        ("a\u{2028}b", .forbiddenCharacter), ("a\u{2029}b", .forbiddenCharacter),
        // Private use, never assigned, not yet assigned.
        ("a\u{E000}", .forbiddenCharacter), ("a\u{F8FF}", .forbiddenCharacter), ("a\u{F0000}", .forbiddenCharacter),
        ("a\u{10FFFD}", .forbiddenCharacter), ("a\u{FFFE}", .forbiddenCharacter), ("a\u{FFFF}", .forbiddenCharacter),
        ("a" + String(decoding: [0xEF, 0xB7, 0x90], as: UTF8.self), .forbiddenCharacter), ("a\u{1FFFE}", .forbiddenCharacter),
        ("a\u{10FFFF}", .forbiddenCharacter),
        ("a\u{378}", .forbiddenCharacter), ("a\u{2FE0}", .forbiddenCharacter), ("a\u{E0080}", .forbiddenCharacter),
        // Not in normal form C.
        ("e\u{301}", .forbiddenCharacter), ("A\u{30A}ngstrom", .forbiddenCharacter), ("\u{212B}", .forbiddenCharacter),
        ("\u{2126}", .forbiddenCharacter), ("\u{1100}\u{1161}", .forbiddenCharacter), ("\u{F900}", .forbiddenCharacter),
        ("a\u{323}\u{307}\u{301}", .forbiddenCharacter), ("\u{212A}", .forbiddenCharacter),
        // Edges.
        (".", .unsafeEdge), ("..", .unsafeEdge), ("...", .unsafeEdge), (".git", .unsafeEdge), (".x", .unsafeEdge), ("..x", .unsafeEdge),
        ("-x", .unsafeEdge), ("--force", .unsafeEdge), ("-", .unsafeEdge), ("~", .unsafeEdge), ("~root", .unsafeEdge), (" x", .unsafeEdge),
        (" ", .unsafeEdge), ("x ", .unsafeEdge), ("x.", .unsafeEdge), ("x..", .unsafeEdge), ("x. ", .unsafeEdge), ("x .", .unsafeEdge),
        ("\u{A0}x", .unsafeEdge), ("x\u{A0}", .unsafeEdge), ("\u{3000}x", .unsafeEdge), ("x\u{2009}", .unsafeEdge),
        (".\u{301}x", .unsafeEdge),
        ("-\u{301}x", .unsafeEdge), ("~\u{301}", .unsafeEdge), (".deskbridge-x", .unsafeEdge),
        // Windows devices.
        ("CON", .reservedName), ("con", .reservedName), ("Con", .reservedName), ("PRN", .reservedName), ("AUX", .reservedName),
        ("aux.txt", .reservedName), ("NUL", .reservedName), ("nul.tar.gz", .reservedName), ("CON .txt", .reservedName),
        ("NUL  .x", .reservedName),
        ("COM0", .reservedName), ("COM1", .reservedName), ("com9.log", .reservedName), ("LPT0", .reservedName), ("lpt1", .reservedName),
        ("LPT9.x.y", .reservedName), ("COM¹", .reservedName), ("COM²", .reservedName), ("COM³.x", .reservedName), ("lpt¹", .reservedName),
        ("LPT³", .reservedName), ("CONIN$", .reservedName), ("conout$", .reservedName), ("CONOUT$.x", .reservedName),
        // Length.
        (String(repeating: "a", count: 241), .tooLong), (String(repeating: "é", count: 121), .tooLong),
        (String(repeating: "🎬", count: 61), .tooLong), (String(repeating: "a", count: 100_000), .tooLong),
    ]

    @Test(arguments: badNames) func whatBreaksARuleIsRefusedWithItsCode(_ name: String, _ expected: PlanRefusal.Code) {
        #expect(code(name) == expected)
    }

    private static let dottedNames: [(String, PlanRefusal.Code?)] = [
        (".git", nil), (".config", nil), (".gitkeep", nil), ("..x", nil), (".", .unsafeEdge), ("..", .unsafeEdge),
        ("...", .unsafeEdge), ("-x", .unsafeEdge), ("~x", .unsafeEdge), (" x", .unsafeEdge), (".x.", .unsafeEdge), (".x ", .unsafeEdge),
        (".deskbridge", .reservedName), (".DeskBridge-event", .reservedName), (".deskbridges", .reservedName), (".con", nil),
    ]

    @Test(arguments: dottedNames) func theFileMayWriteADotInFront(_ name: String, _ expected: PlanRefusal.Code?) {
        #expect(code(name, startsWithField: false) == expected)
    }

    @Test(arguments: [
        ("", "a name in the path is empty"),
        ("a:b", #"the name "a:b" holds ":", which a name may not: |safe or |slug replace such characters"#),
        ("a\u{202E}b", #"the name "a\u{202E}b" holds the character U+202E, which a name may not: |safe or |slug replace such characters"#),
        ("a\u{1B}", #"the name "a\u{1B}" holds the character U+001B, which a name may not: |safe or |slug replace such characters"#),
        ("x ", #"the name "x " ends in the character U+0020: a name may not end in a dot or a space"#),
        (".x", #"the name ".x" begins with ".": a name may not begin with a dot, a dash, a tilde or a space"#),
        ("nul", #"the name "nul" is a device on Windows, whatever follows its first dot: put something before it"#),
    ])
    func refusalsSayWhatIsWrongAndShowNoControlCharacters(_ name: String, _ message: String) {
        #expect(throws: PlanError.refused(PlanRefusal(refusalCode(name), message))) {
            try SegmentName(RenderedText(value: name, shown: name, startsWithField: true))
        }
    }

    private func refusalCode(_ name: String) -> PlanRefusal.Code { code(name) ?? .emptyValue }

    @Test func refusalsTellNothingOfASecret() {
        let name = RenderedText(value: "pass:word", shown: "<secret>", startsWithField: true)
        #expect(
            throws: PlanError.refused(
                .forbiddenCharacter,
                "the name \"<secret>\" holds a character, which a name may not: |safe or |slug replace such characters")
        ) { try SegmentName(name) }
    }

    @Test(arguments: [
        ("a", "A", true), ("Assets", "assets", true), ("é", "e\u{301}", true), ("É", "e\u{301}", true), ("straße", "STRASSE", true),
        ("ς", "Σ", true), ("ﬁ", "FI", true), ("a", "b", false), ("é", "e", false), ("a b", "a_b", false), ("日", "曰", false),
        ("x1", "x01", false),
    ])
    func namesCollideIfOnlyCaseOrNormalFormDiffer(_ left: String, _ right: String, _ collide: Bool) {
        #expect((SegmentName.collisionKey(left) == SegmentName.collisionKey(right)) == collide)
    }

    @Test func aNumberIsPutBehindWhatIsUsedAndWhatIsShown() throws {
        let name = try SegmentName(RenderedText(value: "k", shown: "<secret>", startsWithField: true)).numbered(12)
        #expect(name.text == "k_12")
        #expect(name.shown == "<secret>_12")
    }
}
