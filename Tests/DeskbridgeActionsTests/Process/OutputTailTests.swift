import Testing

@testable import DeskbridgeActions

struct OutputTailTests {
    private func tail(_ limit: Int, _ pieces: [[UInt8]]) -> OutputTail {
        var tail = OutputTail(limit: limit)
        for piece in pieces { tail.append(piece) }
        return tail
    }

    @Test(arguments: [
        (8, "abc", "abc", 0), (8, "abcdefgh", "abcdefgh", 0), (8, "abcdefghi", "bcdefghi", 1), (8, "", "", 0),
        (8, "abc\n", "abc", 0), (8, "abc\n\n", "abc\n", 0), (8, "abc\r\n", "abc", 0), (8, "\n", "", 0),
        // é takes two bytes, € three, 😀 four: none is cut in two.
        (3, "éé", "é", 2), (4, "éé", "éé", 0), (4, "€€", "€", 3), (5, "€€", "€", 3), (4, "a😀", "😀", 1), (3, "a😀", "", 5),
    ])
    func theEndIsKept(limit: Int, text: String, kept: String, dropped: Int) {
        let bytes = Array(text.utf8)
        for pieces in [[bytes], bytes.map { [$0] }, [Array(bytes.prefix(2)), Array(bytes.dropFirst(2))]] {
            let tail = tail(limit, pieces)
            #expect(tail.text == kept)
            #expect(tail.dropped == dropped)
            #expect(tail.total == bytes.count)
        }
    }

    @Test func whatIsNotUTF8IsRepaired() {
        #expect(tail(16, [[0x61, 0xFF, 0x62, 0xC3]]).text == "a\u{FFFD}b\u{FFFD}")
        // Bytes that only look like the inside of a character are not all taken for the rest of one.
        #expect(tail(4, [[0x80, 0x80, 0x80, 0x80, 0x80, 0x80]]).text == "\u{FFFD}")
    }

    @Test func manyPiecesKeepTheSameEndAsOne() {
        let bytes = (0..<10_000).map { UInt8(ascii: "a") + UInt8($0 % 26) }
        for size in [1, 7, 99, 100, 101, 250, 10_000] {
            let pieces = stride(from: 0, to: bytes.count, by: size).map { Array(bytes[$0..<min($0 + size, bytes.count)]) }
            #expect(tail(100, pieces).text == String(decoding: bytes.suffix(100), as: UTF8.self))
        }
    }
}
