import DeskbridgeCore
import Testing

struct NameTemplateTests {
    private static func at(_ offset: Int) -> DeskbridgeCore.SourceLocation { .init(file: "a.yaml", line: 3, column: 9 + offset) }

    private func template(_ source: String, _ kind: NameTemplate.Kind = .multiple) throws(DefinitionError) -> NameTemplate {
        try NameTemplate(source, "the path", kind, in: TemplateFixture.scope, location: Self.at)
    }

    private func paths(_ source: String, _ parameters: JSONObject = [:]) throws -> [String] {
        let template = try template(source)
        let fields = TemplateFixture.values(parameters)
        let paths = try template.paths(fields)
        #expect(try template.count(fields) == paths.count)
        #expect(paths.allSatisfy { $0.count == template.depth })
        return paths.map { $0.map(\.text).joined(separator: "/") }
    }

    private func refusal(_ source: String, _ parameters: JSONObject = [:]) throws -> PlanRefusal.Code? {
        let template = try template(source)
        do throws(PlanError) {
            _ = try template.paths(TemplateFixture.values(parameters))
            return nil
        } catch {
            guard case .refused(let refusal) = error else { return nil }
            return refusal.code
        }
    }

    private static let expansions: [(String, [String])] = [
        ("assets", ["assets"]), ("a/b/c", ["a/b/c"]), (".gitkeep", [".gitkeep"]), (".config/x", [".config/x"]), ("a b", ["a b"]),
        ("{name|slug}", ["etude-n-5"]), ("{date:yyyyMMdd}_{name|slug}", ["20251121_etude-n-5"]), ("{shots:03}", ["007"]),
        ("{draft}", ["true"]),
        ("{scale}x", ["1.5x"]), ("{tags.0}/{tags.1|slug}", ["a/b-c"]), ("{user|default:nobody}", ["nobody"]), ("{tags|join:,}", ["a,b c"]),
        ("{{x}}", ["{x}"]), ("{{a,b}}", ["{a,b}"]), ("{{{shots}}}", ["{7}"]), ("x{{", ["x{"]),
        ("{textures,models}", ["textures", "models"]), ("assets/{textures,models}", ["assets/textures", "assets/models"]),
        ("{a,b}{c,d}", ["ac", "ad", "bc", "bd"]), ("{a,b}/{c,d}", ["a/c", "a/d", "b/c", "b/d"]), ("{.a,b}", [".a", "b"]),
        ("x{_a,-b}", ["x_a", "x-b"]), ("{a b,c}", ["a b", "c"]),
        ("{1..3}", ["1", "2", "3"]), ("{0..2:02}", ["00", "01", "02"]), ("{9..11:02}", ["09", "10", "11"]), ("{5..5}", ["5"]),
        ("sh{1..shots:03}", (1...7).map { "sh00\($0)" }), ("{shots..9}", ["7", "8", "9"]), ("{shots..shots}", ["7"]), ("{8..shots}", []),
        ("{1..steps.call.reply.0}", (1...42).map { "\($0)" }), ("{998..1001:03}", ["998", "999", "1000", "1001"]),
        ("s{1..2}/{a,b}/{name|slug}", ["s1/a/etude-n-5", "s1/b/etude-n-5", "s2/a/etude-n-5", "s2/b/etude-n-5"]),
        ("{999999999..999999999:018}", ["000000000999999999"]),
    ]

    @Test(arguments: expansions) func pathsAreMadeInOrder(_ source: String, _ expected: [String]) throws {
        #expect(try paths(source) == expected)
    }

    private static let escapes: [(String, String, PlanRefusal.Code?)] = [
        ("{name}", "a/b", .forbiddenCharacter), ("{name}/x", "..", .unsafeEdge), ("{name}/x", "../..", .forbiddenCharacter),
        ("{name}/x", "/etc", .forbiddenCharacter), ("{name}", "", .emptyValue), ("a/{name}/b", "", .emptyValue),
        ("{name}", ".git", .unsafeEdge),
        (".{name}", "", .unsafeEdge), (".{name}", ".", .unsafeEdge), ("{name}.bak", "", .unsafeEdge), ("{name}{shots}", "-", .unsafeEdge),
        ("{name}{shots}", "~", .unsafeEdge), ("x{name}", ".", .unsafeEdge), ("x{name}", " ", .unsafeEdge),
        ("x{name}", "{shots}\u{202E}", .forbiddenCharacter),
        ("{name}", "con", .reservedName), ("{name}.txt", "AUX", .reservedName), ("c{name}.txt", "on", .reservedName),
        ("{name}", String(repeating: "x", count: 241), .tooLong), ("e{name}", "\u{301}", .forbiddenCharacter),
        ("{name}", "e\u{301}", .forbiddenCharacter),
        (".{name}", "deskbridge-event", .reservedName), ("{name}/{8..shots}", "/", nil),
    ]

    @Test(arguments: escapes) func aValueCannotLeaveItsName(_ source: String, _ value: String, _ code: PlanRefusal.Code?) throws {
        #expect(try refusal(source, ["name": .string(value)]) == code)
    }

    @Test(arguments: ["{shots}", "{name}", "{1..3}", "{a,b}", "{{x}}", "{", "$(x)", "{tags.0}", "%{shots}"])
    func aValueIsNeverReadAsATemplate(_ value: String) throws {
        #expect(try paths("x{name}", ["name": .string(value)]) == ["x\(value)"])
    }

    private static let bounds: [(JSONValue, PlanRefusal.Code?)] = [
        (.integer(0), nil), (.integer(1), nil), (.integer(-1), .outOfRange), (.integer(.min), .outOfRange),
        (.integer(1_000_000_000), .outOfRange), (.integer(.max), .outOfRange), (.integer(999_999_999), .tooManyEntries),
        (.integer(10_000), nil),
        (.integer(10_001), .tooManyEntries), ("3", .wrongType), (.null, .missingValue), (true, .wrongType),
    ]

    @Test(arguments: bounds) func boundsOfARangeAreChecked(_ value: JSONValue, _ code: PlanRefusal.Code?) throws {
        #expect(try refusal("s{1..shots}", ["shots": value]) == code)
    }

    @Test func aCountBeyondAllIntegersIsRefusedBeforeAnythingIsMade() throws {
        let source = Array(repeating: "{0..shots}", count: 9).joined()
        let template = try template(source)
        #expect(try template.count(TemplateFixture.values(["shots": 999_999_999])) == .max)
        #expect(try refusal(source, ["shots": 999_999_999]) == .tooManyEntries)
        #expect(try paths("{5..shots}/" + source, ["shots": 4]).isEmpty)
    }

    @Test func secretsAreUsedButNotShown() throws {
        let name = try #require(try template("x{token}_{1..2}").paths(TemplateFixture.values()).last?.first)
        #expect(name.text == "xs3cret_2")
        #expect(name.shown == "x<secret>_2")
    }

    @Test func whatOnlyAnEarlierStepKnowsIsSaid() throws {
        let template = try template("{steps.later.path}")
        #expect(throws: PlanError.knownAfter(step: "later")) { try template.paths(TemplateFixture.values()) }
    }

    private static let mistakes: [(String, Int, String)] = [
        ("", 0, "the path is empty"),
        ("/a", 0, "the path has an empty name: no / stands at its beginning, at its end or beside another"),
        ("a/", 2, "the path has an empty name: no / stands at its beginning, at its end or beside another"),
        ("a//b", 2, "the path has an empty name: no / stands at its beginning, at its end or beside another"),
        ("a/{name", 2, "this { is not closed; a brace that is meant as text is written {{"),
        ("ab}", 2, "this } closes nothing; a brace that is meant as text is written }}"),
        ("a/{}", 2, "a placeholder names a field, such as {name}; a brace that is meant as text is written {{ or }}"),
        (
            "é/{naem}", 2,
            "there is no field \"naem\". Did you mean \"name\"? The fields here are camera, count, date, draft, event, final, more, name,"
                + " ratio, rows, scale, shots, spare, steps, tags, token, user."
        ),
        ("{tags}", 0, "{tags} is an array: make a text of it with |join:_"),
        ("{camera}", 0, "{camera} is an object, which is no name: name one of its members"),
        ("{date}", 0, "{date} needs a format, such as {date:yyyyMMdd}"),
        ("{user}", 0, "{user} may be absent: give it |default:…"),
        ("a:b", 0, "the path holds the character \":\", which a name may not"),
        ("x/{a,b*}", 2, "the path holds the character \"*\", which a name may not"),
        ("a\u{200B}", 0, "the path holds the character U+200B, which a name may not"),
        ("a\u{7}{name}", 0, "the path holds the character U+0007, which a name may not"),
        ("e\u{301}", 0, "the path holds \"e\u{301}\", which is not in Unicode normal form C: write composed characters"),
        ("-{name}", 0, "the path has a name that begins with \"-\": no dash, tilde or space may stand there"),
        ("a/~{name}", 2, "the path has a name that begins with \"~\": no dash, tilde or space may stand there"),
        ("{a,-b}{name}", 0, "the path has a name that begins with \"-\": no dash, tilde or space may stand there"),
        ("{name}.", 6, "the path has a name that ends in \".\": no dot or space may stand there"),
        ("{name} /x", 6, "the path has a name that ends in \" \": no dot or space may stand there"),
        ("a/../b", 2, "the path has a name that ends in \".\": no dot or space may stand there"),
        ("a/.", 2, "the path has a name that ends in \".\": no dot or space may stand there"),
        (
            "a/nul.txt", 2,
            "the path cannot be: the name \"nul.txt\" is a device on Windows, whatever follows its first dot: put something before it"
        ),
        (
            "{a,com1}", 0,
            "the path cannot be: the name \"com1\" is a device on Windows, whatever follows its first dot: put something before it"
        ),
        (
            "COM{0..9}", 0,
            "the path cannot be: the name \"COM0\" is a device on Windows, whatever follows its first dot: put something before it"
        ),
        (
            ".deskbridge/x", 0,
            "the path cannot be: the name \".deskbridge\" begins with .deskbridge, which marks what is this program's own"
        ),
        ("{a,}", 0, "the choice {a,} has an empty alternative"),
        ("{a, b}", 0, "write the choice {a, b} without spaces beside its commas"),
        ("{a/b,c}", 0, "the alternatives of the choice {a/b,c} are plain names: no { and no / stands in them"),
        ("{a,{b}", 0, "the alternatives of the choice {a,{b} are plain names: no { and no / stands in them"),
        ("{A,a}", 0, "the choice {A,a} has both \"A\" and \"a\", which are one name on some disks"),
        ("{a,b|slug}", 0, "the path holds the character \"|\", which a name may not"),
        ("{3..1}", 0, "the range {3..1} is empty: it counts from 3 up to 1"),
        ("{1..}", 0, "{1..} is no range: write {1..10}, {1..shots} or {1..shots:03}"),
        ("{1...3}", 0, "{1...3} is no range: write {1..10}, {1..shots} or {1..shots:03}"),
        ("{..3}", 0, "{..3} is no range: write {1..10}, {1..shots} or {1..shots:03}"),
        ("{-1..3}", 0, "the bound \"-1\" of a range must be an integer from 0 to 999999999"),
        ("{1..9999999999}", 0, "the bound \"9999999999\" of a range must be an integer from 0 to 999999999"),
        ("{01..10}", 0, "write the bound \"01\" of the range as 1, and its width behind a colon, such as :03"),
        ("{1..9:3}", 0, "\"3\" is no format for a range: write 0 and a width of 1 to 18, such as 03"),
        ("{1..9:0x}", 0, "\"0x\" is no format for a range: write 0 and a width of 1 to 18, such as 03"),
        ("{1..9:}", 0, "\"\" is no format for a range: write 0 and a width of 1 to 18, such as 03"),
        ("{1..name}", 0, "the bound \"name\" of a range must be an integer, and {name} is a string"),
        ("{1..count}", 0, "{count} may be absent: give it |default:…"),
        ("{1..10001}", 0, "the path cannot be: \"the path\" makes more than 10000 entries: make its ranges smaller"),
        ("{1..200}/{1..200}", 0, "the path cannot be: \"{1..200}/{1..200}\" makes more than 10000 entries: make its ranges smaller"),
        (Array(repeating: "a", count: 33).joined(separator: "/"), 0, "the path has 33 names, at most 32 may lie within each other"),
        (
            String(repeating: "a", count: 241), 0,
            "the path cannot be: the name \"\(String(repeating: "a", count: 80))\" has more than 240 bytes:"
                + " shorten it, such as with |truncate:60"
        ),
    ]

    @Test(arguments: mistakes) func mistakesAreFoundAtTheirPlace(_ source: String, _ offset: Int, _ message: String) {
        #expect(throws: DefinitionError(Self.at(offset), message)) { try template(source) }
    }

    @Test(arguments: [
        ("a/{x,y}", 2, "the path is of one folder: choices belong in its tree"),
        ("{1..3}", 0, "the path is of one folder: ranges belong in its tree"),
    ])
    func oneFolderHasNoChoicesOrRanges(_ source: String, _ offset: Int, _ message: String) {
        #expect(throws: DefinitionError(Self.at(offset), message)) { try template(source, .single) }
    }
}
