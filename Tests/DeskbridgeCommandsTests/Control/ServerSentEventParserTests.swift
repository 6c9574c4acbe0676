import DeskbridgeCommands
import Testing

@Suite struct ServerSentEventParserTests {
    struct Example: CustomTestStringConvertible, Sendable {
        let name: String
        let stream: String
        let events: [ServerSentEvent]
        var testDescription: String { name }
    }

    static let examples: [Example] = [
        Example(name: "one line of data", stream: "data: {}\n\n", events: [.init(data: "{}")]),
        Example(name: "a name and an id", stream: "event: state\nid: 7\ndata: x\n\n", events: [.init(id: "7", name: "state", data: "x")]),
        Example(name: "several lines of data are joined", stream: "data: a\ndata: b\ndata:\n\n", events: [.init(data: "a\nb\n")]),
        Example(name: "only one space after the colon goes", stream: "data:  a\ndata:b\n\n", events: [.init(data: " a\nb")]),
        Example(name: "comments say nothing", stream: ": ping\n\n:\ndata: a\n: more\n\n", events: [.init(data: "a")]),
        Example(name: "CRLF ends a line once", stream: "data: a\r\ndata: b\r\n\r\n", events: [.init(data: "a\nb")]),
        Example(name: "a lone CR ends a line", stream: "data: a\rdata: b\r\r", events: [.init(data: "a\nb")]),
        Example(
            name: "an event without data is dropped, its id stays", stream: "event: a\nid: 3\n\ndata: b\n\n",
            events: [.init(id: "3", data: "b")]),
        Example(
            name: "an empty id clears it", stream: "id: 3\ndata: a\n\nid\ndata: b\n\n",
            events: [.init(id: "3", data: "a"), .init(data: "b")]),
        Example(name: "an id with NUL is ignored", stream: "id: 3\nid: 4\u{0}\ndata: a\n\n", events: [.init(id: "3", data: "a")]),
        Example(name: "fields that are not known are ignored", stream: "retry: 10\nfoo: bar\ndata: a\n\n", events: [.init(data: "a")]),
        Example(name: "a byte order mark at the start goes", stream: "\u{FEFF}data: a\n\n", events: [.init(data: "a")]),
        Example(name: "characters of several bytes stay whole", stream: "data: schön 🌱\n\n", events: [.init(data: "schön 🌱")]),
        Example(name: "an event that never ends is not given", stream: "data: a\n\ndata: b\n", events: [.init(data: "a")]),
    ]

    @Test(arguments: examples) func readsAStreamHoweverItIsCut(example: Example) throws {
        let bytes = Array(example.stream.utf8)
        for size in 1...max(1, bytes.count) {
            var parser = ServerSentEventParser()
            var events: [ServerSentEvent] = []
            for start in stride(from: 0, to: bytes.count, by: size) {
                events += try parser.push(bytes[start..<min(start + size, bytes.count)])
            }
            #expect(events == example.events, "in pieces of \(size)")
        }
    }

    @Test func refusesAnEventThatDoesNotEnd() throws {
        var parser = ServerSentEventParser(largest: 100)
        #expect(throws: ServerSentEventTooLarge.self) {
            for _ in 0..<10 { _ = try parser.push(Array("data: 0123456789\n".utf8)) }
        }
    }

    @Test func givesEachEventTheRoomAgain() throws {
        var parser = ServerSentEventParser(largest: 100)
        for _ in 0..<100 { #expect(try parser.push(Array("data: 0123456789\n\n".utf8)).count == 1) }
    }
}
