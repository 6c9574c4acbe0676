package import DeskbridgeCore

/// A reader of server-sent events (WHATWG HTML section 9.2), as plain as it can be.
package final class EventStreamClient: Sendable {
    package struct Message: Sendable {
        package let name: String
        package let id: String?
        package let data: JSONValue
    }

    package let messages = Mailbox<Message>()
    private let connection: TCPConnection

    private init(_ connection: TCPConnection, _ first: [UInt8]) {
        self.connection = connection
        Task { await self.read(first) }
    }

    deinit { connection.close() }

    /// - Throws: ``BrowserSocket/Refused`` if the answer is no stream.
    package static func open(_ bridge: RunningBridge, token: String, query: String = "", lastEventID: String? = nil) async throws
        -> EventStreamClient
    {
        let connection = try TCPConnection(port: bridge.port)
        var head = "GET /v1/stream\(query) HTTP/1.1\r\nHost: 127.0.0.1:\(bridge.port)\r\nAuthorization: Bearer \(token)\r\n"
        if let lastEventID { head += "Last-Event-ID: \(lastEventID)\r\n" }
        connection.send(head + "Accept: text/event-stream\r\n\r\n")
        var bytes: [UInt8] = []
        while let more = await connection.more() {
            bytes += more
            guard let (head, rest) = RawResponse.split(bytes), let response = RawResponse(head + [13, 10, 13, 10]) else { continue }
            guard response.status == 200 else { throw BrowserSocket.Refused(response: response) }
            return EventStreamClient(connection, rest)
        }
        throw NeverCame("a stream", instead: [String(decoding: bytes, as: UTF8.self)])
    }

    package func close() { connection.close() }

    /// Takes the first message of this name that matches and was not taken yet.
    @discardableResult
    package func next(_ name: String, where matches: @escaping @Sendable (JSONValue) -> Bool = { _ in true }) async throws -> Message {
        guard let message = await messages.first(where: { $0.name == name && matches($0.data) }) else {
            throw NeverCame("\(name) in the stream", instead: messages.all.map { "\($0.name) \($0.id ?? "") \($0.data.text)" })
        }
        return message
    }

    private func read(_ first: [UInt8]) async {
        var chunks = ChunkDecoder()
        var unread: [UInt8] = []
        var bytes: [UInt8]? = first
        while let raw = bytes {
            unread += chunks.add(raw)
            while let end = Self.blockEnd(unread) {
                take(String(decoding: unread[..<end], as: UTF8.self))
                unread.removeFirst(end + 2)
            }
            bytes = await connection.more()
        }
        messages.finish()
    }

    private static func blockEnd(_ bytes: [UInt8]) -> Int? {
        bytes.indices.dropLast().first { bytes[$0] == 10 && bytes[$0 + 1] == 10 }
    }

    private func take(_ block: String) {
        var fields: [String: String] = [:]
        for line in block.split(separator: "\n") where !line.hasPrefix(":") {
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            let value = parts.count > 1 ? String(parts[1].drop { $0 == " " }) : ""
            fields.merge([String(parts[0]): value]) { "\($0)\n\($1)" }
        }
        guard let data = fields["data"] else { return }
        messages.put(
            Message(name: fields["event"] ?? "message", id: fields["id"], data: (try? JSONParser.parse(data)) ?? .string(data)))
    }
}
