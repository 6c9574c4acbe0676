import DeskbridgeCore
import Testing

/// Texts that nobody thought of: the same ones in each run, so that a failure can be repeated.
struct RandomInputTests {
    private struct Source: RandomNumberGenerator {
        var state: UInt64

        /// SplitMix64 (Steele, Lea, Flood, 2014).
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var value = state
            value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
            value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
            return value ^ (value >> 31)
        }

        mutating func text(_ pieces: [String], upTo most: Int) -> String {
            (0..<Int.random(in: 0...most, using: &self)).map { _ in pieces.randomElement(using: &self) ?? "" }.joined()
        }
    }

    private static let rounds = 3000

    @Test func whatSafeMendsIsALegalName() throws {
        let pieces = [
            "a", "B", ".", "-", "~", " ", "/", "\\", ":", "\u{0}", "\n", "e\u{301}", "\u{301}", "\u{338}", "=", "CON", "com1", "LPT¹",
            "nul", "🎬", "👨‍👩‍👧", "日本",
            "\u{200B}", "\u{202E}", "\u{E000}", "\u{378}", "\u{A0}", "\u{3000}", "\u{1100}\u{1161}", "\u{212B}",
            String(repeating: "é", count: 60), "\u{FB2A}",
        ]
        let template = try Template("{t|safe}", at: TemplateFixture.place, in: TemplateScope(["t": FieldDeclaration(.string)]))
        var source = Source(state: 1)
        for _ in 0..<Self.rounds {
            let text = source.text(pieces, upTo: 12)
            do throws(PlanError) {
                let fields = FieldValues(parameters: ["t": .string(text)], date: Timestamp(milliseconds: 0))
                _ = try SegmentName(try template.render(fields))
            } catch {
                #expect(error == .refused(.emptyValue, "nothing is left of {t} after the filter safe"), "\(text.debugDescription)")
            }
        }
    }

    @Test func jsonIsReadAsItIsWrittenOrRefused() {
        let pieces = [
            "{", "}", "[", "]", ",", ":", "\"", "\"a\"", "\"b\":", "1", "-", "0", ".5", "e+9", "true", "null", " ", "\\u", "\\ud83c",
            "\\udfac", "é", "\u{0}", "\\", "\n", "12345678901234567890",
        ]
        var source = Source(state: 2)
        var taken = 0
        for _ in 0..<Self.rounds {
            let text = source.text(pieces, upTo: 8)
            guard let value = try? JSONParser.parse(text) else { continue }
            taken += 1
            #expect((try? JSONParser.parse(value.text)) == value, "\(text.debugDescription)")
        }
        #expect(taken > 50)
    }

    @Test func yamlAndParametersAreReadOrRefused() {
        let pieces = [
            "a", "b: ", ": ", "- ", "\n", "  ", "{", "}", "[", "]", ", ", "'", "\"", "#", "&x ", "*x", "!t ", "|", ">", "\t", "---\n",
            "...\n", "%", "? ", "\\", "é", "1.5", "~", "<<: ", "type: string",
            "pattern: ", "default: ", "minimum: 1", "\u{85}", "\u{FEFF}", "\r\n", "0x", "@",
        ]
        var source = Source(state: 3)
        var taken = 0
        for _ in 0..<Self.rounds {
            guard let node = try? YAMLParser.parse(source.text(pieces, upTo: 14), file: "f") else { continue }
            taken += 1
            _ = try? ParameterSet(parsing: node)
            _ = try? ValueTemplate(parsing: node, in: TemplateFixture.scope)
        }
        #expect(taken > 50)
    }

    @Test func templatesAreFilledInOrRefused() {
        let pieces = [
            "{", "}", "{{", "}}", "{name", "{shots", "{date", "{user", "{steps.run.json", ".", "0", ":04", ":yyyy", "|", "|slug",
            "|default:x", "|join:,", "|truncate:", "|json", "é", "\u{301}", "'", " ",
        ]
        let fields = TemplateFixture.values()
        var source = Source(state: 4)
        var taken = 0
        for _ in 0..<Self.rounds {
            let text = source.text(pieces, upTo: 8)
            guard let template = try? Template(text, at: TemplateFixture.place, in: TemplateFixture.scope) else { continue }
            taken += 1
            _ = try? template.render(fields)
        }
        #expect(taken > 50)
    }

    @Test func patternsMatchOrAreRefused() throws {
        let pieces = [
            "a", "b", "(", ")", "(?:", "[", "]", "[a-c]", "^", "$", "|", "*", "+", "?", "{2}", "{1,}", "{0,3}", "\\d", "\\", "\\p{L}", ".",
            "-", "é",
        ]
        var source = Source(state: 5)
        var taken = 0
        for _ in 0..<Self.rounds {
            let pattern = source.text(pieces, upTo: 10)
            let yaml = "t: {type: string, pattern: \(JSONValue.string(pattern).text)}"
            guard let set = try? ParameterSet(parsing: YAMLParser.parse(yaml, file: "f")) else { continue }
            taken += 1
            for _ in 0..<3 { _ = try? set.validate(["t": .string(source.text(["a", "b", "c", "1", "é", "-"], upTo: 12))]) }
        }
        #expect(taken > 50)
    }
}
