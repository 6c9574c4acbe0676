import DeskbridgeCore
import Testing

struct ParameterPatternTests {
    private func set(_ pattern: String, _ rest: String = "") throws -> ParameterSet {
        let yaml = "t:\n  type: string\n  pattern: \(JSONValue.string(pattern).text)\n\(rest)"
        return try ParameterSet(parsing: YAMLParser.parse(yaml, file: "a"))
    }

    private func matches(_ pattern: String, _ text: String) throws -> Bool {
        (try? set(pattern).validate(["t": .string(text)])) != nil
    }

    @Test(
        arguments: [
            ("", ["": true, "a": false]),
            ("abc", ["abc": true, "ab": false, "abcd": false, "xabc": false, "ABC": false]),
            ("^abc$", ["abc": true, "^abc$": false]),
            ("^", ["": true, "^": false]), ("$", ["": true, "$": false]), ("a\\$", ["a$": true, "a": false]),
            ("a\\\\$", ["a\\": true, "a": false]),
            ("[A-Za-z][A-Za-z0-9_-]*", ["Project_001": true, "a": true, "1a": false, "": false, "a b": false, "a\n": false, "é": false]),
            ("a|bc|", ["a": true, "bc": true, "": true, "b": false, "abc": false]),
            ("a(b|c)d", ["abd": true, "acd": true, "ad": false, "abcd": false]),
            ("(?:ab)+", ["ab": true, "abab": true, "aba": false, "": false]),
            ("a*", ["": true, "aaaa": true, "ab": false]), ("a+?b??", ["a": true, "aab": true, "b": false, "abb": false]),
            ("a{3}", ["aaa": true, "aa": false, "aaaa": false]), ("a{2,}", ["a": false, "aa": true, "aaaaa": true]),
            ("a{1,3}", ["": false, "a": true, "aaa": true, "aaaa": false]), ("a{0}b", ["b": true, "ab": false]),
            ("a{0,1}", ["": true, "a": true, "aa": false]),
            ("(a{2}|b){2}", ["aab": true, "bb": true, "aaaa": true, "ab": false]),
            (".", ["a": true, "é": true, "🎬": true, "\n": false, "\r": false, "\u{2028}": false, "": false, "ab": false]),
            ("\\d+", ["0123456789": true, "٣": false, "a": false]), ("\\D", ["a": true, "5": false]),
            ("\\w+", ["aZ_9": true, "é": false, "-": false]), ("\\W", ["-": true, "a": false]),
            ("\\s", [" ": true, "\t": true, "\u{A0}": true, "\u{FEFF}": true, "a": false]), ("\\S", ["a": true, " ": false]),
            ("[^abc]", ["d": true, "a": false, "\n": true]), ("[a\\-z]", ["-": true, "b": false]), ("[-a]", ["-": true, "a": true]),
            ("[a-]", ["-": true]), ("[\\d.]+", ["1.5": true, "a": false]), ("[^\\d\\s]", ["a": true, "1": false, " ": false]),
            ("[\\]\\\\^]", ["]": true, "\\": true, "^": true]),
            ("[(|)*+?.{}$]+", ["(|)*+?.{}$": true]), ("[a[]", ["[": true]), ("[\\D]", ["a": true, "1": false]),
            ("\\p{L}+", ["Étude": true, "日本": true, "a1": false]), ("\\p{Lu}\\p{Ll}*", ["Éa": true, "éa": false]),
            ("\\P{L}", ["1": true, "é": false]),
            ("[\\p{L}\\p{M}\\p{Nd} ]+", ["e\u{301} ٣": true, "a_": false]),
            ("\\x41\\u00e9\\u{1F3AC}", ["Aé🎬": true, "A": false]), ("[\\x30-\\x39]", ["5": true, "a": false]),
            ("\\.\\*\\/\\-", [".*/-": true]), ("\\t\\n\\r", ["\t\n\r": true]),
            ("(a*)*", ["": true, "aaa": true, "b": false]), ("(|a)+", ["": true, "aa": true]),
            ("((a|b)*c)*", ["": true, "abcc": true, "ab": false]),
            ("🎬{2}", ["🎬🎬": true, "🎬": false]), ("é", ["\u{E9}": true]), ("é", ["e\u{301}": false]),
        ] as [(String, [String: Bool])])
    func wholeTextsAreMatched(_ pattern: String, expectations: [String: Bool]) throws {
        for (text, isMatch) in expectations { #expect(try matches(pattern, text) == isMatch, "\(pattern) on \(text)") }
    }

    @Test(arguments: ["(a+)+b", "(a|a)*b", "(a|aa)+b", "(.*)*b", "((a*)*)*b", "(a*a*a*a*a*a*)*b", "(\\w+\\s?)*!"])
    func noTextMakesAPatternSlow(_ pattern: String) throws {
        #expect(try !matches(pattern, String(repeating: "a", count: 4096)))
        #expect(try matches(pattern, String(repeating: "a", count: 4095) + (pattern.hasSuffix("!") ? "!" : "b")))
    }

    /// Doubling the work with each level would not end within the limit.
    @Test(.timeLimit(.minutes(1)), arguments: ["?", "*", "{0,1}", "{1}"])
    func loopsInOneAnotherAreReadAtOnce(_ loop: String) throws {
        let pattern = String(repeating: "(", count: 32) + "a" + String(repeating: ")" + loop, count: 32)
        #expect(try matches(pattern, "a"))
        #expect(try !matches(pattern, "b"))
    }

    /// Looking through all the characters of all the places would take 10⁹ steps and more.
    @Test(.timeLimit(.minutes(1))) func howManyCharactersAPlaceTakesDoesNotCount() throws {
        let listed = String(String.UnicodeScalarView((0..<900).compactMap { Unicode.Scalar(0x4E00 + 2 * $0) }))
        let last = String(listed.suffix(1))
        #expect(try matches("((?:[\(listed)]?){900})*", String(repeating: last, count: 4096)))
        #expect(try matches("[\(listed)]", "\u{4E04}"))
        #expect(try !matches("[\(listed)]", "\u{4E05}"))
    }

    @Test(arguments: [
        ("[c-ea-bz]", "abcdez", "fy"), ("[a-db-c]", "abcd", "e"), ("[b-da-c]", "abcd", "e"), ("[aa-a]", "a", "b"),
        ("[^c-ea-b]", "fz", "abcde"),
        ("[x\\d0-9]", "x5", "y"), ("[^\\W_]", "a5", "_-"), ("[a-z\\u{10FFFF}]", "q\u{10FFFF}", "\u{10FFFE}"),
    ])
    func rangesMayTouchAndCoverEachOther(_ pattern: String, taken: String, refused: String) throws {
        for character in taken { #expect(try matches(pattern, String(character))) }
        for character in refused { #expect(try !matches(pattern, String(character))) }
    }

    @Test(arguments: [
        ("(", 0, "this ( is not closed: write \\( for a parenthesis"), ("a(b|(c)", 1, "this ( is not closed: write \\( for a parenthesis"),
        ("a)", 1, "this ) closes nothing: write \\) for a parenthesis"), ("[a", 0, "this [ is not closed: write \\[ for the character"),
        ("[]", 0, "this [ ] takes no character"), ("[^]", 0, "this [ ] takes no character"),
        ("a]", 1, "this ] closes nothing: write \\] for the character"),
        ("a}", 1, "this } closes nothing: write \\} for the character"),
        ("*a", 0, "there is nothing here to repeat: write \\* for the character"),
        ("a|+", 2, "there is nothing here to repeat: write \\+ for the character"),
        ("(?a)", 0, "of the groups that begin with (? only (?: ) is supported"),
        ("x(?=a)", 1, "of the groups that begin with (? only (?: ) is supported"),
        ("(?<n>a)", 0, "of the groups that begin with (? only (?: ) is supported"),
        ("a**", 2, "there is nothing here to repeat: put what is meant into ( )"),
        ("a{2}{3}", 4, "there is nothing here to repeat: put what is meant into ( )"),
        ("a++", 2, "there is nothing here to repeat: put what is meant into ( )"),
        ("a{", 1, "a count is written {n}, {n,} or {n,m} with n and m up to 1000; a brace is written \\{"),
        ("a{,3}", 1, "a count is written {n}, {n,} or {n,m} with n and m up to 1000; a brace is written \\{"),
        ("a{1001}", 1, "a count is written {n}, {n,} or {n,m} with n and m up to 1000; a brace is written \\{"),
        ("a{1,99999}", 1, "a count is written {n}, {n,} or {n,m} with n and m up to 1000; a brace is written \\{"),
        ("a{3,2}", 1, "the first count is the smaller one"), ("{", 0, "there is nothing here to repeat: write \\{ for the character"),
        ("a^b", 1, "a pattern matches the whole value: ^ has no use here, write \\^ for the character"),
        ("^a$|^b$", 2, "a pattern matches the whole value: $ has no use here, write \\$ for the character"),
        ("[z-a]", 1, "the first character of a range comes before the second"),
        ("[\\d-z]", 1, "a range goes from one character to another; write \\- for the character"),
        ("[a-\\w]", 1, "a range goes from one character to another; write \\- for the character"), ("(a)\\1", 3, "\\1 is not supported"),
        ("\\bfoo", 0, "\\b is not supported"),
        ("a\\é", 1, "\\é is not supported"), ("a\\", 1, "write \\\\ for a backslash"),
        ("\\x4", 0, "a character is written \\x41, \\u0041 or \\u{1F3AC}"),
        ("\\ud83d", 0, "a character is written \\x41, \\u0041 or \\u{1F3AC}"),
        ("\\u{110000}", 0, "a character is written \\x41, \\u0041 or \\u{1F3AC}"),
        ("\\u{41", 0, "a character is written \\x41, \\u0041 or \\u{1F3AC}"),
        ("\\p{Greek}", 0, "a category is written \\p{…} with one of L, Ll, Lu, M, N, Nd, P, S, Z"),
        ("\\pL", 0, "a category is written \\p{…} with one of L, Ll, Lu, M, N, Nd, P, S, Z"),
        ("a{1000}{2}", 7, "there is nothing here to repeat: put what is meant into ( )"),
        ("(a{100}){100}", 0, "the pattern is too large: its counted repetitions multiply"),
        ("((((a{9}){9}){9}){9}){9}", 0, "the pattern is too large: its counted repetitions multiply"),
        ("(){1000}(){1000}", 0, "the pattern is too large: its counted repetitions multiply"),
    ])
    func whatIsNoPatternIsRefusedAtItsPlace(_ pattern: String, offset: Int, message: String) throws {
        let error = try #require(throws: DefinitionErrors.self) { _ = try set(pattern) }
        #expect(error.errors.map(\.message) == [message])
        // Escapes in the quoted scalar make only its start known.
        let column = pattern.contains("\\") ? 12 : 13 + offset
        #expect(error.errors.map(\.location) == [SourceLocation(file: "a", line: 3, column: column)])
    }

    @Test func nestingAndLengthEnd() throws {
        func nested(_ depth: Int) -> String { String(repeating: "(", count: depth) + "a" + String(repeating: ")", count: depth) }
        #expect(try matches(nested(32), "a"))
        #expect(throws: DefinitionErrors.self) { _ = try set(nested(33)) }
        #expect(throws: DefinitionErrors.self) { _ = try set(String(repeating: "(", count: 1000)) }
        #expect(try matches(String(repeating: "a", count: 1000), String(repeating: "a", count: 1000)))
        #expect(throws: DefinitionErrors.self) { _ = try set(String(repeating: "a", count: 1001)) }
    }

    @Test func aLargePatternNeedsAShortText() throws {
        let error = try #require(throws: DefinitionErrors.self) { _ = try set("a{1000}", "  maxLength: 100000\n") }
        #expect(error.errors.map(\.message) == ["the pattern would take too long on texts of 100000 characters: lower maxLength"])
        _ = try set("a{1000}", "  maxLength: 10000\n")
    }
}
