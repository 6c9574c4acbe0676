import Testing

@testable import DeskbridgeEngine

@Suite struct RecentLinesTests {
    private let out = OutputSource(step: "render", stream: .stdout)
    private let err = OutputSource(step: "render", stream: .stderr)

    private func line(_ source: OutputSource, _ text: String) -> RecentLines.Line { .init(source: source, text: text) }

    @Test func theOldestMakeRoomAndAreCountedBySource() {
        var recent = RecentLines(mostBytes: 3 * 42)
        for number in 0..<3 { recent.append(line(out, "out line \(number)")) }
        #expect(recent.dropped.isEmpty)
        recent.append(line(err, "err line 0"))
        recent.append(line(err, "err line 1"))
        recent.append(line(err, "err line 2"))
        recent.append(line(err, "err line 3"))
        #expect(recent.lines.map(\.text) == ["err line 1", "err line 2", "err line 3"])
        #expect(recent.dropped == [out: 3, err: 1])
    }

    @Test func theNewestStaysEvenIfItIsTooLongByItself() {
        var recent = RecentLines(mostBytes: 10)
        recent.append(line(out, "a"))
        recent.append(line(out, String(repeating: "b", count: 5000)))
        #expect(recent.lines.count == 1)
        #expect(recent.lines.first?.text.utf8.count == 5000)
        #expect(recent.dropped == [out: 1])
    }

    @Test func emptyLinesAreNotFree() {
        var recent = RecentLines(mostBytes: 16 << 10)
        for _ in 0..<100_000 { recent.append(line(out, "")) }
        #expect(recent.lines.count <= 512)
        #expect(recent.lines.count + (recent.dropped[out] ?? 0) == 100_000)
    }

    @Test func takingAllBeginsAnew() {
        var recent = RecentLines(mostBytes: 40)
        recent.append(line(out, "a"))
        recent.append(line(out, "b"))
        let (lines, dropped) = recent.takeAll()
        #expect(lines.map(\.text) == ["b"])
        #expect(dropped == [out: 1])
        #expect(recent.lines.isEmpty)
        #expect(recent.dropped.isEmpty)
        recent.append(line(out, "c"))
        #expect(recent.lines.count == 1)
    }
}
