import DeskbridgeCore
import Testing

@testable import DeskbridgeDesk

/// What payloads could try, to make the notification say something else than it does.
@Suite struct PlainLineTests {
    @Test(arguments: [
        ("Project_001", "Project_001"), ("  two  words ", "two words"), ("", ""),
        ("first\nAllow? Client: trusted", "first Allow? Client: trusted"), ("a\r\nb\tc\u{0B}d\u{0C}e", "a b c d e"),
        ("a\u{2028}b\u{2029}c\u{85}d", "a b c d"), ("a\u{0}b\u{1B}[31mc\u{7F}d", "a b [31mc d"),
        // Bidirectional controls: overrides, embeddings, isolates, marks.
        ("invoice\u{202E}gpj.exe", "invoicegpj.exe"), ("\u{202A}a\u{202B}b\u{202C}c\u{202D}d", "abcd"),
        ("\u{2066}a\u{2067}b\u{2068}c\u{2069}d\u{200E}e\u{200F}f\u{061C}g", "abcdefg"),
        // Zero width, soft hyphen, byte order mark, invisible operators, tags, variation selectors.
        ("a\u{200B}b\u{200C}c\u{200D}d\u{2060}e\u{FEFF}f\u{AD}g\u{2063}h\u{E0041}i\u{FE0F}j", "abcdefghij"),
        // Blanks that are no spaces to most programs: Hangul fillers, Braille, wide spaces.
        ("a\u{3164}b\u{115F}c\u{1160}d\u{FFA0}e", "abcde"), ("a\u{2800}\u{2800}b\u{A0}\u{2003}\u{3000}c", "a b c"),
        ("private\u{E000}use\u{10FFFF}", "privateuse"), ("größer 日本語 שלום", "größer 日本語 שלום"),
    ])
    func nothingInALineIsAnythingButText(text: String, line: String) {
        #expect(Array(PlainLine.text(text, longest: 200).unicodeScalars) == Array(line.unicodeScalars))
    }

    @Test func accentsDoNotPileUp() {
        let zalgo = "a" + String(repeating: "\u{0301}\u{0489}", count: 100) + "b"
        #expect(PlainLine.text(zalgo, longest: 100).unicodeScalars.count == 4)
        #expect(PlainLine.text(String(repeating: "\u{0301}", count: 50) + "x", longest: 100) == "x")
    }

    @Test func whatIsTooLongIsCut() {
        #expect(PlainLine.text(String(repeating: "x", count: 50), longest: 10) == "xxxxxxxxx…")
        #expect(PlainLine.text(String(repeating: "日", count: 1_000_000), longest: 10).count == 10)
        // Blanks don't push the rest to a line of its own.
        #expect(PlainLine.text("a" + String(repeating: " ", count: 40) + "b", longest: 10) == "a b")
    }

    @Test(arguments: [
        ("plain", "“plain”"), ("a” from “b", "“a' from 'b”"), ("say \"yes\"", "“say 'yes'”"), ("\u{201F}x\u{201E}", "“'x'”"), ("", "“”"),
    ])
    func aQuotationIsClosedByUsOnly(text: String, quoted: String) { #expect(PlainLine.quoted(text, longest: 100) == quoted) }
}
