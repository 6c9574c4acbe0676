import DeskbridgeActions
import DeskbridgeCore
import DeskbridgeTestSupport
import Testing

@testable import DeskbridgeEngine

@Suite(.timeLimit(.minutes(1))) struct LiveOutputTests {
    private let feed = Feed()
    private let batches = Mailbox<OutputBatch>()
    private let output: LiveOutput

    init() throws {
        let event = try Sample.event("k-1")
        output = LiveOutput(event: event, attempt: 2, feed: feed)
        _ = feed.listen { [batches] item in
            if case .output(let batch) = item { batches.put(batch) }
        }
    }

    private func lines(_ stream: String) -> [String] { batches.all.filter { $0.stream == stream }.flatMap(\.lines) }
    private func dropped(_ stream: String) -> Int { batches.all.filter { $0.stream == stream }.reduce(0) { $0 + $1.dropped } }

    @Test func linesAreSentWhileTheStepRuns() async {
        await output.streaming {
            output.take(.stdout, Array("one\ntw".utf8), of: "render")
            let first = await batches.first()
            #expect(first?.lines == ["one"])
            #expect(first?.step == "render")
            #expect(first?.stream == "stdout")
            #expect(first?.client == Sample.client)
            output.take(.stdout, Array("o\n".utf8), of: "render")
            #expect(await batches.first()?.lines == ["two"])
        }
    }

    @Test func whatIsLeftComesAtTheEndAndInOrder() async {
        await output.streaming {
            for number in 0..<500 { output.take(.stdout, Array("line \(number)\n".utf8), of: "render") }
            output.take(.stdout, Array("no end".utf8), of: "render")
        }
        #expect(lines("stdout") == (0..<500).map { "line \($0)" } + ["no end"])
        #expect(output.tail.last?.text == "no end")
    }

    @Test func theStreamsKeepTheirOrderAmongEachOther() async {
        await output.streaming {
            for number in 0..<4 {
                output.take(number % 2 == 0 ? .stdout : .stderr, Array("\(number)\n".utf8), of: "render")
            }
        }
        #expect(batches.all.flatMap(\.lines) == ["0", "1", "2", "3"])
        #expect(output.tail.map(\.stream) == ["stdout", "stderr", "stdout", "stderr"])
    }

    @Test func whatComesTooFastIsDroppedAndCounted() async {
        let text = String(repeating: "x", count: 1000)
        await output.streaming {
            for number in 0..<2000 { output.take(.stdout, Array("\(number) \(text)\n".utf8), of: "render") }
        }
        #expect(lines("stdout").count + dropped("stdout") == 2000)
        #expect(dropped("stdout") > 0)
        #expect(lines("stdout").last == "1999 \(text)")
        for batch in batches.all { #expect(batch.lines.reduce(0) { $0 + $1.utf8.count } <= LiveOutput.mostPendingBytes) }
    }

    @Test func aSourceOfWhichNothingIsLeftStillTellsWhatItDropped() async {
        // All at once: nothing can be sent in between.
        var flood: [UInt8] = []
        for _ in 0..<3000 { flood += Array((String(repeating: "y", count: 200) + "\n").utf8) }
        await output.streaming {
            output.take(.stderr, Array("early\n".utf8), of: "render")
            output.take(.stdout, flood, of: "render")
        }
        #expect(lines("stderr").count + dropped("stderr") == 1)
        #expect(lines("stdout").count + dropped("stdout") == 3000)
    }

    @Test func eachLineHasANumberThatCountsAllOfTheAttempt() async {
        await output.streaming {
            for number in 0..<300 { output.take(number % 3 == 0 ? .stderr : .stdout, Array("\(number)\n".utf8), of: "render") }
        }
        for batch in batches.all {
            #expect(batch.attempt == 2)
            #expect(batch.lines == (batch.from..<batch.from + batch.lines.count).map(String.init))
        }
        #expect(batches.all.reduce(0) { $0 + $1.lines.count } == 300)
    }

    @Test func aSnapshotAndWhatIsSentAfterItFitTogetherWithoutAGapAndWithoutALineTwice() async {
        var seen: [String] = []
        var next = 0
        await output.streaming {
            output.take(.stdout, Array("0\n1\n".utf8), of: "render")
            _ = await batches.first()
            // Nothing is sent between these lines and the look.
            output.take(.stdout, Array("2\n3\nhalf".utf8), of: "render")
            let snapshot = output.snapshot
            #expect(snapshot.attempt == 2 && snapshot.from == 0)
            #expect(snapshot.lines.map(\.step) == Array(repeating: "render", count: snapshot.lines.count))
            seen = snapshot.lines.map(\.text)
            next = snapshot.from + seen.count
            output.take(.stdout, Array(" line\n".utf8), of: "render")
        }
        for batch in batches.all where batch.from + batch.lines.count > next {
            #expect(batch.from <= next, "a gap")
            seen += batch.lines.dropFirst(next - batch.from)
            next = batch.from + batch.lines.count
        }
        #expect(seen == ["0", "1", "2", "3", "half line"])
    }

    @Test func numbersGoOnOverWhatWasDropped() async {
        let text = String(repeating: "x", count: 1000)
        await output.streaming {
            for number in 0..<2000 { output.take(.stdout, Array("\(number) \(text)\n".utf8), of: "render") }
        }
        for batch in batches.all { #expect(batch.lines.first.map { $0.hasPrefix("\(batch.from) ") } ?? true) }
        #expect(output.snapshot.from + output.snapshot.lines.count == 2000)
    }

    @Test func theTailIsBounded() async {
        await output.streaming {
            for number in 0..<10_000 { output.take(.stdout, Array("line \(number)\n".utf8), of: "render") }
        }
        #expect(output.tail.reduce(0) { $0 + $1.text.utf8.count } <= LiveOutput.mostTailBytes)
        #expect(output.tail.count < 1000)
        #expect(output.tail.last?.text == "line 9999")
    }

    @Test func veryLongLinesAreCut() async {
        await output.streaming { output.take(.stdout, [UInt8](repeating: 0x61, count: 100_000), of: "render") }
        #expect(lines("stdout").allSatisfy { $0.utf8.count <= OutputLines.longestLine })
        #expect(lines("stdout").reduce(0) { $0 + $1.utf8.count } + dropped("stdout") * OutputLines.longestLine == 100_000)
    }

    @Test func aCharacterOverTheBorderOfTwoPiecesStaysWhole() async {
        let bytes = Array("Grüße\r\n".utf8)
        await output.streaming { for byte in bytes { output.take(.stderr, [byte], of: "render") } }
        #expect(lines("stderr") == ["Grüße"])
    }

    @Test func aStepWithoutOutputSendsNothing() async {
        #expect(await output.streaming { 7 } == 7)
        #expect(batches.all.isEmpty)
        #expect(output.tail.isEmpty)
    }
}
