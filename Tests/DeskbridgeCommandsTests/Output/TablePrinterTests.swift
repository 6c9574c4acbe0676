import DeskbridgeCommands
import Testing

@Suite struct TablePrinterTests {
    private func table(_ rows: [[String]], columns: Int? = nil, isColoured: Bool = false) -> String {
        var table = TablePrinter([.init("ID"), .init("N", .right), .init("NOTE", isFlexible: true)])
        for row in rows { table.add(row) }
        return table.text(for: TestTerminal().terminal(columns: columns, isColoured: isColoured).output)
    }

    @Test func alignsColumnsToTheirWidestCell() {
        #expect(
            table([["a", "7", "short"], ["bcd", "12", ""]]) == """
                ID    N  NOTE
                a     7  short
                bcd  12

                """)
    }

    @Test func countsCharactersAndNotBytes() {
        #expect(
            table([["schön", "1", "x"], ["👩‍👩‍👧", "2", "y"]]) == """
                ID     N  NOTE
                schön  1  x
                👩‍👩‍👧      2  y

                """)
    }

    @Test func shortensOnlyTheFlexibleColumnToFitTheScreen() {
        #expect(
            table([["0123456789", "1", "a note that is long"]], columns: 24) == """
                ID          N  NOTE
                0123456789  1  a note t…

                """)
    }

    @Test func cutsTheLineWhereNothingMoreGivesWay() {
        let lines = table([["0123456789", "1", "a note that is long"]], columns: 12).split(separator: "\n")
        #expect(lines == ["ID          …", "0123456789 …"] || lines.allSatisfy { $0.count <= 12 })
    }

    @Test func keepsEveryCharacterWhereThereIsNoScreen() {
        #expect(table([["a", "1", String(repeating: "x", count: 500)]]).contains(String(repeating: "x", count: 500)))
    }

    @Test func makesControlCharactersVisible() {
        #expect(table([["a", "1", "x\u{1B}[2Jy\nz\u{202E}"]]).contains(#"x\u{1B}[2Jy\u{A}z\u{202E}"#))
    }

    @Test func paintsTheHeaderOnlyWhereColoursAreShown() {
        #expect(table([], isColoured: true).hasPrefix("\u{1B}[1mID"))
        #expect(!table([]).contains("\u{1B}"))
    }
}
