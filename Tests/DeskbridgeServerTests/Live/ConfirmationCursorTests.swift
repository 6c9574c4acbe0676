import DeskbridgeTestSupport
import Testing

@testable import DeskbridgeServer

@Suite struct ConfirmationCursorTests {
    @Test func whatIsToldDuringTheCatchUpIsReadInItsTurn() throws {
        var cursor = ConfirmationCursor(after: 10)
        let page = try #require(cursor.nextPage)
        #expect(page.after == 10)
        let isSentNow = cursor.tell(12)
        #expect(!isSentNow)
        let isRead = cursor.read(11, of: page)
        #expect(isRead)
        let next = try #require(cursor.nextPage)
        #expect(next.after == 11)
    }

    @Test func anEmptyPageEndsTheCatchUpUnlessSomethingWasTold() throws {
        var cursor = ConfirmationCursor(after: 0)
        let stale = try #require(cursor.nextPage)
        _ = cursor.tell(1)
        cursor.reachedEnd(of: stale)
        let page = try #require(cursor.nextPage)
        _ = cursor.read(1, of: page)
        cursor.reachedEnd(of: try #require(cursor.nextPage))
        #expect(cursor.nextPage == nil)
        let isRepeated = cursor.tell(1)
        #expect(!isRepeated)
        let isSent = cursor.tell(2)
        #expect(isSent)
    }

    @Test func aPageFromBeforeARewindIsOfNoUse() throws {
        var cursor = ConfirmationCursor(after: 50)
        let page = try #require(cursor.nextPage)
        cursor.rewind(to: 3)
        let isSent = cursor.read(51, of: page)
        #expect(!isSent)
        cursor.reachedEnd(of: page)
        #expect(cursor.nextPage?.after == 3)
    }

    /// Plays commits, tellings, page reads and rewinds in every order that they may meet in.
    @Test(arguments: 1...60 as ClosedRange<UInt64>) func eachConfirmationIsSentOnceAndInOrder(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let start = Int64.random(in: 0...5, using: &generator)
        var committed: Int64 = 5
        var told: Int64 = 5
        var cursor = ConfirmationCursor(after: start)
        // What is to be sent next, since the beginning or the last rewind.
        var expected = start + 1
        var reading: (page: ConfirmationCursor.Page, seqs: [Int64])?

        func check(_ seq: Int64) {
            #expect(seq == expected)
            expected = seq + 1
        }
        func goOn() {
            if let (page, seqs) = reading {
                reading = nil
                for seq in seqs where cursor.read(seq, of: page) { check(seq) }
                if seqs.isEmpty { cursor.reachedEnd(of: page) }
            } else if let page = cursor.nextPage {
                let last = min(committed, page.after + 3)
                reading = (page, page.after < last ? Array(page.after + 1...last) : [])
            }
        }
        func tell() {
            guard told < committed else { return }
            told += 1
            if cursor.tell(told) { check(told) }
        }
        for _ in 0..<3000 {
            switch Int.random(in: 0..<40, using: &generator) {
            case 0..<8: committed += 1
            case 8..<18: tell()
            case 18..<39: goOn()
            default:
                let place = Int64.random(in: 0...committed, using: &generator)
                cursor.rewind(to: place)
                expected = place + 1
            }
        }
        while told < committed { tell() }
        while reading != nil || cursor.nextPage != nil { goOn() }
        #expect(expected == committed + 1)
    }
}
