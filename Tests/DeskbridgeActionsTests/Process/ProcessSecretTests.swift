import DeskbridgeCore
import Testing

@testable import DeskbridgeActions

/// Nothing that is shown of a plan or comes out of a process holds a secret.
struct ProcessSecretTests {
    private let fixture = ProcessFixture(
        environment: ["API_TOKEN": "tok-from-bridge", "EDITION": "plain"],
        fields: ["key": FieldDeclaration(.string, isSecret: true), "pin": FieldDeclaration(.integer, isSecret: true), "n": .init(.string)],
        values: ["key": "hunter2-\"x\"", "pin": 987_654, "n": "open"])

    private static let uses = [
        #"argv: [/bin/echo, "{key}"]"#, #"argv: [/bin/echo, "a{key}b{pin}c"]"#, "argv: [/bin/echo]\nenvironment: {K: \"{key}\"}",
        "argv: [/bin/echo]\nstdin: {text: \"{key}\"}", "argv: [/bin/echo]\nstdin: payload", "argv: [/bin/echo]\ndirectory: \"/{key}\"",
        #"argv: [/bin/echo, "{key|upper}"]"#, "argv: [/bin/echo]\ninheritEnvironment: [API_TOKEN]",
    ]
    private static let secrets = ["hunter2", "HUNTER2", "987654", "tok-from-bridge"]

    @Test(arguments: uses)
    func aPlanIsShownWithoutSecrets(yaml: String) throws {
        let plan = try fixture.plan(yaml)
        for text in [plan.summary, plan.shown.text] {
            for secret in Self.secrets { #expect(!text.contains(secret), "\(text)") }
        }
        #expect(plan.shown.text.contains("<secret>"))
    }

    @Test func whatIsNotSecretIsShown() throws {
        let plan = try fixture.plan("argv: [/bin/echo, \"{n}\"]\nstdin: payload\ninheritEnvironment: [EDITION]")
        #expect(plan.summary == "/bin/echo open")
        #expect(plan.shown["stdin"] == #"{"key":"<secret>","pin":"<secret>","n":"open"}"#)
        #expect(plan.shown["environment"]?["EDITION"] == "plain")
    }

    @Test(arguments: [
        // value, shown, what is looked for
        ("abcdefgh", "<secret>", ["abcdefgh"]),
        ("--key=abcdefgh;", "--key=<secret>;", ["abcdefgh"]),
        ("a1111b2222c", "a<secret>b<secret>c", ["1111", "2222", "1111b2222"]),
        ("xabcx", "x<secret>x", []),
        ("same", "same", []),
    ])
    func secretsAreFoundInWhatWasRendered(value: String, shown: String, found: [String]) {
        let texts = SecretTexts.all(in: [RenderedText(value: value, shown: shown, startsWithField: false)], and: [])
        #expect(Set(texts) == Set(found))
    }

    @Test func aSecretIsAlsoLookedForAsJSONSpellsIt() {
        #expect(SecretTexts.all(in: [], and: ["a\"b\nc"]) == [#"a\"b\nc"#, "a\"b\nc"])
    }

    @Test(arguments: [
        (["hunter2"], "a hunter2 b", "a <secret> b"), (["hunter2"], "hunter", "hunter"), (["hunter2"], "hunterhunter2", "hunter<secret>"),
        (["hunter2"], "hunter2hunter2", "<secret>"), (["aaaa"], "aaaaaa", "<secret>"), (["aaaa"], "aaa", "aaa"),
        (["abab"], "xababab!", "x<secret>!"), (["abcd", "cdef"], "-abcdef-", "-<secret>-"), (["bcde", "abcdef"], "abcdef", "<secret>"),
        (["bcde", "abcdeX"], "abcdef", "a<secret>f"), (["abcd"], "ababcd", "ab<secret>"), (["geheim-ä"], "«geheim-ä»", "«<secret>»"),
        (["aabaab"], "aabaaabaab", "aaba<secret>"), ([], "hunter2", "hunter2"), (["hunter2"], "", ""),
    ])
    func aSecretIsHiddenHoweverTheStreamIsCut(secrets: [String], text: String, shown: String) {
        let bytes = Array(text.utf8)
        for first in 0...bytes.count {
            for second in first...bytes.count {
                var redactor = SecretRedactor(secrets)
                let pieces = [bytes[..<first], bytes[first..<second], bytes[second...]]
                let certain = pieces.flatMap { redactor.feed(Array($0)) } + redactor.finish()
                #expect(String(decoding: certain, as: UTF8.self) == shown)
            }
        }
    }

    @Test func randomStreamsAreRedactedAsByTheDefinition() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<2000 {
            let letters: [UInt8] = [0x61, 0x62, 0x63]
            func random(_ lengths: ClosedRange<Int>) -> [UInt8] {
                (0..<Int.random(in: lengths, using: &generator)).map { _ in letters.randomElement(using: &generator)! }
            }
            let secrets = (0..<3).map { _ in random(2...6) }
            let text = random(0...40)
            // By the definition: every byte of every occurrence is hidden, and each run of hidden bytes is one mask.
            var isHidden = [Bool](repeating: false, count: text.count)
            for secret in secrets {
                for start in text.indices where text[start...].starts(with: secret) {
                    for position in start..<start + secret.count { isHidden[position] = true }
                }
            }
            var expected: [UInt8] = []
            for (position, byte) in text.enumerated() {
                if !isHidden[position] {
                    expected.append(byte)
                } else if position == 0 || !isHidden[position - 1] {
                    expected += Array("<secret>".utf8)
                }
            }
            var redactor = SecretRedactor(secrets.map { String(decoding: $0, as: UTF8.self) })
            var found: [UInt8] = []
            var rest = text[...]
            while !rest.isEmpty {
                let piece = rest.prefix(Int.random(in: 1...5, using: &generator))
                found += redactor.feed(Array(piece))
                rest = rest.dropFirst(piece.count)
            }
            #expect(found + redactor.finish() == expected)
        }
    }

    @Test func whatCannotBeASecretAnyMoreIsPassedOnAtOnce() {
        var redactor = SecretRedactor(["secret!"])
        #expect(redactor.feed(Array("line 1\nsec".utf8)) == Array("line 1\n".utf8))
        #expect(redactor.feed(Array("ond".utf8)) == Array("second".utf8))
    }

    @Test func secretsInParsedOutputAreHiddenToo() {
        let value: JSONValue = ["a": "x hunter2", "hunter2": [1, 987_654, "987654"], "b": [true, .null]]
        #expect(
            SecretRedactor.redacted(value, hiding: ["hunter2", "987654"])
                == ["a": "x <secret>", "<secret>": [1, "<secret>", "<secret>"], "b": [true, .null]])
    }
}
