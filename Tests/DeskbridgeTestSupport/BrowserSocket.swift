package import DeskbridgeCore

/// A WebSocket client as plain as a browser's, on a TCP connection of its own; it shares no code with the bridge.
package final class BrowserSocket: Sendable {
    /// How the server ended it: the code and reason of its close frame, or nothing if TCP just ended.
    package struct Closing: Sendable, Equatable {
        package let code: Int?
        package let reason: String
    }

    /// The server answered the handshake with something else.
    package struct Refused: Error {
        package let response: RawResponse
    }

    package let response: RawResponse
    /// Every text message, as JSON.
    package let messages = Mailbox<JSONValue>()
    /// Every ping's payload; they are answered.
    package let pings = Mailbox<[UInt8]>()
    private let closings = Mailbox<Closing>()
    private let connection: TCPConnection

    private init(_ connection: TCPConnection, _ response: RawResponse, _ first: [UInt8]) {
        self.connection = connection
        self.response = response
        Task { await self.read(first) }
    }

    deinit { connection.close() }

    /// - Throws: ``Refused``.
    package static func open(
        port: Int, path: String = "/v1/ws", subprotocols: [String] = [], headers: [(String, String)] = [],
        host: String? = nil, connection given: TCPConnection? = nil
    ) async throws -> BrowserSocket {
        let connection = try given ?? TCPConnection(port: port)
        var head = "GET \(path) HTTP/1.1\r\nHost: \(host ?? "127.0.0.1:\(port)")\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        head += "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
        if !subprotocols.isEmpty { head += "Sec-WebSocket-Protocol: \(subprotocols.joined(separator: ", "))\r\n" }
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        connection.send(head + "\r\n")
        var bytes: [UInt8] = []
        while let more = await connection.more() {
            bytes += more
            guard let (head, rest) = RawResponse.split(bytes), let response = RawResponse(head + [13, 10, 13, 10]) else { continue }
            if response.status == 101 { return BrowserSocket(connection, response, rest) }
        }
        connection.close()
        guard let response = RawResponse(bytes) else {
            throw NeverCame("an answer to the handshake", instead: [String(decoding: bytes, as: UTF8.self)])
        }
        throw Refused(response: response)
    }

    package func send(_ json: JSONValue) { send(text: json.text) }
    package func send(text: String) { send(BrowserFrame(BrowserFrame.text, Array(text.utf8))) }
    package func send(_ frame: BrowserFrame) { connection.send(frame.bytes) }
    package func send(bytes: [UInt8]) { connection.send(bytes) }

    /// Takes the first message that matches and was not taken yet.
    @discardableResult
    package func next(_ what: String, where matches: @escaping @Sendable (JSONValue) -> Bool) async throws -> JSONValue {
        guard let message = await messages.first(where: matches) else {
            throw NeverCame(what, instead: messages.all.map(\.text) + closings.all.map { "closed: \($0)" })
        }
        return message
    }

    /// Takes the first message of this type, with these members.
    @discardableResult
    package func next(_ type: String, _ members: [String: JSONValue] = [:]) async throws -> JSONValue {
        try await next("\(type) \(members)") { message in
            message["type"]?.stringValue == type && members.allSatisfy { message[$0.key] == $0.value }
        }
    }

    /// All messages of a type that have come so far.
    package func all(_ type: String) -> [JSONValue] { messages.all.filter { $0["type"]?.stringValue == type } }

    /// Returns once all that the bridge sent before now has come: it answers a ping in turn.
    package func settle() async throws {
        send(["type": "ping"])
        try await next("pong")
    }

    /// How the server ended it, once it has.
    package func closed() async throws -> Closing {
        guard let closing = await closings.first() else { throw NeverCame("the end", instead: messages.all.map(\.text)) }
        return closing
    }

    package func startReading() { connection.startReading() }

    /// Ends it as the browser does when a page is left, and returns once the server has answered.
    package func close() async throws {
        send(BrowserFrame(BrowserFrame.close, [0x03, 0xE8]))
        _ = try await closed()
    }

    /// Ends it as a broken network does.
    package func cut() { connection.cut() }

    private func read(_ first: [UInt8]) async {
        var frames = ServerFrames()
        var closing: Closing?
        var text: [UInt8] = []
        var bytes: [UInt8]? = first
        while let chunk = bytes {
            for frame in frames.add(chunk) {
                switch frame.opcode {
                case 0, BrowserFrame.text:
                    text += frame.payload
                    guard frame.isFinal else { continue }
                    messages.put((try? JSONParser.parse(text)) ?? .string(String(decoding: text, as: UTF8.self)))
                    text = []
                case BrowserFrame.ping:
                    send(BrowserFrame(BrowserFrame.pong, frame.payload))
                    pings.put(frame.payload)
                case BrowserFrame.close:
                    let code = frame.payload.count >= 2 ? Int(frame.payload[0]) << 8 | Int(frame.payload[1]) : nil
                    closing = Closing(code: code, reason: String(decoding: frame.payload.dropFirst(2), as: UTF8.self))
                    send(frame)
                default: break
                }
            }
            bytes = await connection.more()
        }
        messages.finish()
        closings.put(closing ?? Closing(code: nil, reason: ""))
        connection.close()
    }
}

extension RunningBridge {
    /// Opens a WebSocket with a token, as a page does, and waits until it is signed in.
    package func connect(_ token: String, origin: String? = nil, subprotocols: [String] = ["deskbridge.v1"]) async throws -> BrowserSocket {
        let socket = try await BrowserSocket.open(
            port: port, subprotocols: subprotocols + ["bearer.\(token)"], headers: origin.map { [("Origin", $0)] } ?? [])
        try await socket.next("authenticated")
        return socket
    }
}
