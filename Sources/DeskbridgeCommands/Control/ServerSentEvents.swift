/// One event of a stream (WHATWG HTML, 9.2 Server-sent events).
package struct ServerSentEvent: Sendable, Hashable {
    /// The last id the stream gave, this event's or an earlier one's; empty if none.
    package let id: String
    package let name: String
    package let data: String

    package init(id: String = "", name: String = "message", data: String) {
        self.id = id
        self.name = name
        self.data = data
    }
}

/// An event of the stream is larger than any the daemon sends.
package struct ServerSentEventTooLarge: Error, Sendable, Equatable {}

/// Reads an event stream from pieces that may end anywhere (WHATWG HTML, 9.2.6 Interpreting an event stream).
///
/// `retry` fields have no effect: whoever reads the stream decides when to come back.
package struct ServerSentEventParser: Sendable {
    private let largest: Int
    private var line: [UInt8] = []
    private var isFirstLine = true
    /// The byte before this one was a carriage return: a line feed now belongs to the same line end.
    private var endsWithCarriageReturn = false
    private var id = ""
    private var name = ""
    private var data: [UInt8] = []

    /// - Parameter largest: how many bytes one event may have.
    package init(largest: Int = 16 * 1024 * 1024) { self.largest = largest }

    /// Takes the next piece and gives the events that are complete with it.
    package mutating func push(_ bytes: some Sequence<UInt8>) throws(ServerSentEventTooLarge) -> [ServerSentEvent] {
        var events: [ServerSentEvent] = []
        for byte in bytes {
            switch byte {
            case 0x0A where endsWithCarriageReturn:
                endsWithCarriageReturn = false
            case 0x0A, 0x0D:
                endsWithCarriageReturn = byte == 0x0D
                if let event = endLine() { events.append(event) }
            default:
                endsWithCarriageReturn = false
                line.append(byte)
                guard line.count + data.count <= largest else { throw ServerSentEventTooLarge() }
            }
        }
        return events
    }

    private mutating func endLine() -> ServerSentEvent? {
        defer { line.removeAll(keepingCapacity: true) }
        if isFirstLine {
            isFirstLine = false
            if line.starts(with: [0xEF, 0xBB, 0xBF]) { line.removeFirst(3) }
        }
        guard !line.isEmpty else { return dispatch() }
        let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex
        var value = line[min(colon + 1, line.endIndex)...]
        if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
        switch String(decoding: line[..<colon], as: UTF8.self) {
        case "event": name = String(decoding: value, as: UTF8.self)
        case "data":
            data += value
            data.append(0x0A)
        case "id" where !value.contains(0): id = String(decoding: value, as: UTF8.self)
        default: break
        }
        return nil
    }

    private mutating func dispatch() -> ServerSentEvent? {
        defer {
            name = ""
            data.removeAll(keepingCapacity: true)
        }
        guard !data.isEmpty else { return nil }
        return ServerSentEvent(
            id: id, name: name.isEmpty ? "message" : name, data: String(decoding: data.dropLast(), as: UTF8.self))
    }
}
