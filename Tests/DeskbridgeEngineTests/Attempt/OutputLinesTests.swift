import Testing

@testable import DeskbridgeEngine

@Suite struct OutputLinesTests {
    private static let longest = String(repeating: "x", count: OutputLines.longestLine)

    private static let table: [(bytes: [UInt8], lines: [String])] = [
        ([], []),
        (Array("a\n".utf8), ["a"]),
        (Array("a\nb\n".utf8), ["a", "b"]),
        (Array("a\nb".utf8), ["a", "b"]),
        (Array("\n\n".utf8), ["", ""]),
        (Array("a\r\nb\r\n".utf8), ["a", "b"]),
        (Array("a\rb\n".utf8), ["a\rb"]),
        (Array("a\r".utf8), ["a"]),
        (Array("Grüße 🙂\n".utf8), ["Grüße 🙂"]),
        ([0x61, 0xFF, 0x62, 0x0A], ["a\u{FFFD}b"]),
        ([0xF0, 0x9F, 0x0A], ["\u{FFFD}"]),
        ([0x00, 0x0A], ["\u{0}"]),
        (Array((longest + "\n").utf8), [longest]),
        (Array((longest + "\r\n").utf8), [longest]),
        (Array((longest + "y\n").utf8), [longest, "y"]),
        (Array((longest + "\ry\n").utf8), [longest, "\ry"]),
        (Array((longest + longest + "\n").utf8), [longest, longest]),
        // The cut would fall between the bytes of the last character.
        (Array((longest.dropLast() + "é\n").utf8), [String(longest.dropLast()), "é"]),
        (Array((longest.dropLast(2) + "🙂!\n").utf8), [String(longest.dropLast(2)), "🙂!"]),
        (Array((longest.dropLast(2) + "é" + "z\n").utf8), [longest.dropLast(2) + "é", "z"]),
    ]

    @Test(arguments: table.indices) func bytesAreCutIntoLines(row: Int) {
        let (bytes, expected) = Self.table[row]
        var lines = OutputLines()
        var found = lines.add(bytes)
        if let last = lines.finish() { found.append(last) }
        #expect(found == expected)
        let found1 = lines.finish()
        #expect(found1 == nil)
    }

    @Test(arguments: table.indices) func theBordersOfPiecesMakeNoDifference(row: Int) {
        let (bytes, expected) = Self.table[row]
        for size in [1, 2, 3, 7] {
            var lines = OutputLines()
            var found: [String] = []
            var rest = bytes[...]
            while !rest.isEmpty {
                found += lines.add(rest.prefix(size))
                rest = rest.dropFirst(size)
            }
            if let last = lines.finish() { found.append(last) }
            #expect(found == expected, "pieces of \(size)")
        }
    }

    @Test func bytesThatAreNoTextAreCutToo() {
        var lines = OutputLines()
        let found = lines.add([UInt8](repeating: 0x80, count: OutputLines.longestLine * 2 + 1))
        #expect(found.count == 2)
        #expect(found.allSatisfy { $0.unicodeScalars.count == OutputLines.longestLine })
    }

    @Test func carriageReturnsWithoutEndDoNotPileUp() {
        var lines = OutputLines()
        let found = lines.add([UInt8](repeating: 0x0D, count: OutputLines.longestLine * 3 + 2))
        #expect(found.count == 2 || found.count == 3)
        let found2 = lines.finish()
        #expect(found2.map { $0.utf8.count } ?? 0 <= OutputLines.longestLine + 1)
    }
}
