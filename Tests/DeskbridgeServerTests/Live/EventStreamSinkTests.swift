import DeskbridgeCore
import DeskbridgeTestSupport
import Testing

@testable import DeskbridgeServer

@Suite(.timeLimit(.minutes(1))) struct EventStreamSinkTests {
    struct Broken: Error {}

    private func message(_ text: String, seq: Int64? = nil) -> LiveMessage { LiveMessage(name: "test", seq: seq, body: .string(text)) }

    @Test(
        arguments: [
            (name: "state", id: nil, data: ["a": 1], text: "event: state\ndata: {\"a\":1}\n\n"),
            ("confirmation", 42, ["a": "x\ny"], "event: confirmation\nid: 42\ndata: {\"a\":\"x\\ny\"}\n\n"),
        ] as [(name: String, id: Int64?, data: JSONValue, text: String)])
    func anEventIsWrittenAsTheStandardSays(name: String, id: Int64?, data: JSONValue, text: String) {
        #expect(String(decoding: ServerSentEvent(name: name, id: id, data: data).bytes, as: UTF8.self) == text)
    }

    @Test func whatIsSentIsWrittenInOrderUntilTheEnd() async throws {
        let sink = EventStreamSink(unsentLimit: 1 << 20)
        for number in 0..<10 { sink.send(message("\(number)")) }
        sink.beat()
        sink.finish()
        let written = Mailbox<[UInt8]>()
        try await sink.write { written.put($0) }
        let text = String(decoding: written.all.flatMap { $0 }, as: UTF8.self)
        #expect(text == (0..<10).map { "event: test\ndata: \"\($0)\"\n\n" }.joined() + ": \n\n")
    }

    @Test func whatComesWhileAPieceIsWrittenComesNext() async throws {
        let sink = EventStreamSink(unsentLimit: 1 << 20)
        let written = Mailbox<String>()
        sink.send(message("first"))
        try await sink.write { bytes in
            let text = String(decoding: bytes, as: UTF8.self)
            written.put(text)
            if text.contains("first") { sink.send(message("second")) } else { sink.finish() }
        }
        #expect(written.all.count == 2)
    }

    @Test func aPeerThatTakesNothingIsCutOff() async {
        let sink = EventStreamSink(unsentLimit: 1000)
        for _ in 0..<10 { sink.send(message(String(repeating: "x", count: 200))) }
        // Returns, since there is too much unsent.
        await sink.finished()
        await sink.drained()
        sink.send(message("after the end"))
        let written = Mailbox<[UInt8]>()
        try? await sink.write { written.put($0) }
        #expect(!String(decoding: written.all.flatMap { $0 }, as: UTF8.self).contains("after the end"))
    }

    @Test func drainingWaitsForThePeer() async throws {
        let sink = EventStreamSink(unsentLimit: 1000)
        sink.send(message(String(repeating: "x", count: 600)))
        let drained = Mailbox<String>()
        let waiting = Task {
            await sink.drained()
            drained.put("drained")
        }
        let writing = Task { try await sink.write { _ in } }
        #expect(await drained.first() == "drained")
        sink.finish()
        try await writing.value
        await waiting.value
    }

    @Test func theEndLetsEverybodyGoWhoWaits() async {
        let sink = EventStreamSink(unsentLimit: 1000)
        sink.send(message(String(repeating: "x", count: 900)))
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<5 { group.addTask { await sink.drained() } }
            group.addTask { await sink.finished() }
            sink.finish()
        }
        await sink.drained()
    }

    @Test func aBrokenConnectionEndsTheStream() async {
        let sink = EventStreamSink(unsentLimit: 1 << 20)
        sink.send(message("a"))
        await #expect(throws: Broken.self) { try await sink.write { _ in throw Broken() } }
        await sink.finished()
        await sink.drained()
    }

    @Test func aCancelledTaskDoesNotWaitForTheEnd() async {
        let sink = EventStreamSink(unsentLimit: 1000)
        let task = Task { await sink.finished() }
        task.cancel()
        await task.value
    }
}
