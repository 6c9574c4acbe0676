import DeskbridgeCore
import DeskbridgeTestSupport
import Testing

/// Messages on a WebSocket that must be refused; only what breaks the protocol of WebSockets costs the connection.
@Suite(.timeLimit(.minutes(5)))
struct SocketRefusalTests {
    static let messages: [(text: String, code: String)] = [
        ("", "malformed_json"), ("hello", "malformed_json"), ("{", "malformed_json"), ("{} {}", "malformed_json"),
        ("{\"a\":1,\"a\":2}", "malformed_json"),
        ("\u{0}", "malformed_json"), (#"{"type":"\ud800"}"#, "malformed_json"),
        (#"{"type":"WORK","idempotencyKey":"\udfff"}"#, "malformed_json"),
        (String(repeating: "[", count: 20_000), "malformed_json"),
        (String(repeating: "{\"a\":", count: 5000) + "1" + String(repeating: "}", count: 5000), "malformed_json"),
        ("[]", "invalid_event"), ("1", "invalid_event"), ("null", "invalid_event"), ("\"ping\"", "invalid_event"), ("{}", "invalid_event"),
        (#"{"type":null}"#, "invalid_event"), (#"{"type":""}"#, "invalid_event"), (#"{"type":7}"#, "invalid_event"),
        (#"{"type":"Ping","idempotencyKey":"k"}"#, "invalid_event"),
        (#"{"type":"pong"}"#, "unknown_message"), (#"{"type":"subscirbe"}"#, "unknown_message"),
        (#"{"type":"authenticated"}"#, "unknown_message"),
        (#"{"type":"auth","token":"x"}"#, "wrong_state"),
        (#"{"type":"subscribe"}"#, "invalid_event"), (#"{"type":"subscribe","channels":"events"}"#, "invalid_event"),
        (#"{"type":"subscribe","channels":[1]}"#, "invalid_event"),
        (#"{"type":"subscribe","channels":["everything"]}"#, "invalid_event"),
        (#"{"type":"subscribe","channels":["output:x"]}"#, "invalid_event"),
        (#"{"type":"subscribe","since":-1}"#, "invalid_event"), (#"{"type":"subscribe","since":"1"}"#, "invalid_event"),
        (#"{"type":"subscribe","since":1.5}"#, "invalid_event"),
        (#"{"type":"subscribe","since":-9223372036854775808}"#, "invalid_event"),
        (#"{"type":"subscribe","since":9223372036854775808}"#, "invalid_event"), (#"{"type":"subscribe","since":NaN}"#, "malformed_json"),
        (#"{"type":"ack","seq":-9223372036854775808}"#, "invalid_event"), (#"{"type":"ack","seq":9223372036854775808}"#, "invalid_event"),
        (#"{"type":"ack","seq":\#(String(repeating: "9", count: 5000))}"#, "invalid_event"),
        (#"{"type":"ack","seq":1e-9999}"#, "invalid_event"), (#"{"type":"ack","seq":1e99999999999}"#, "malformed_json"),
        (#"{"type":"request","id":"","action":"list_events"}"#, "invalid_event"),
        (#"{"type":"request","id":"r","action":"get_event","payload":{"id":-9223372036854775808}}"#, "invalid_event"),
        (#"{"type":"ack"}"#, "invalid_event"), (#"{"type":"ack","seq":-1}"#, "invalid_event"),
        (#"{"type":"ack","seq":"1"}"#, "invalid_event"), (#"{"type":"ack","seq":1e300}"#, "invalid_event"),
        (#"{"type":"request"}"#, "invalid_event"), (#"{"type":"request","id":1,"action":"get_event"}"#, "invalid_event"),
        (#"{"type":"request","id":"r"}"#, "invalid_event"),
        (#"{"type":"request","id":"r","action":"get_event"}"#, "invalid_event"),
        (#"{"type":"request","id":"r","action":"drop_tables"}"#, "unknown_message"),
        (#"{"type":"WORK"}"#, "idempotency_key_required"), (#"{"type":"WORK","idempotencyKey":"k","payload":[]}"#, "invalid_event"),
        (#"{"type":"WORK","idempotencyKey":"k","more":1}"#, "invalid_event"),
        (#"{"type":"CREATE_RESORCE","idempotencyKey":"k"}"#, "unknown_event_type"),
        (#"{"type":"CREATE_RESOURCE","idempotencyKey":"k","payload":{"name":"a\u0000b","user":"x"}}"#, "invalid_event"),
        (#"{"type":"CREATE_RESOURCE","idempotencyKey":"k","payload":{"name":"A","user":"x","__proto__":{}}}"#, "invalid_event"),
        (#"{"type":"__PROTO__","idempotencyKey":"k"}"#, "invalid_event"),
    ]

    @Test func aMessageThatIsRefusedCostsAnErrorAndNotTheConnection() async throws {
        try await withUnharmedBridge { bridge, token in
            let socket = try await bridge.connect(token)
            for (text, code) in Self.messages {
                socket.send(text: text)
                let answer = try await socket.next("an answer to \(text.prefix(100))") { $0["type"] == "error" || $0["type"] == "accepted" }
                #expect(answer["code"] == .string(code), "\(text.prefix(100)): \(answer.text)")
                #expect(answer["message"]?.stringValue?.isEmpty == false)
            }
            // Further than anything was ever sent: as far as there is.
            for text in [#"{"type":"ack","seq":9223372036854775807}"#, #"{"type":"subscribe","since":9223372036854775807}"#] {
                socket.send(text: text)
            }
            socket.send(BrowserFrame(BrowserFrame.binary, Array(#"{"type":"ping"}"#.utf8)))
            try await socket.next("error", ["code": "unsupported_media_type"])
            try await socket.settle()
            try await socket.close()
        }
    }

    static let frames: [(name: String, bytes: [UInt8], code: Int)] = {
        func frame(_ opcode: UInt8, _ payload: [UInt8] = [], _ change: (inout BrowserFrame) -> Void = { _ in }) -> [UInt8] {
            var frame = BrowserFrame(opcode, payload)
            change(&frame)
            return frame.bytes
        }
        return [
            ("not masked", frame(1, Array("{}".utf8)) { $0.isMasked = false }, 1002),
            ("reserved bit", frame(1, Array("{}".utf8)) { $0.reserved = 4 }, 1002),
            ("unknown opcode", frame(3), 1002),
            ("unknown control opcode", frame(11), 1002),
            ("continuation of nothing", frame(0, [1]), 1002),
            ("a text within a text", frame(1, [0x7B]) { $0.isFinal = false } + frame(1, [0x7D]), 1002),
            ("a ping in pieces", frame(9) { $0.isFinal = false }, 1002),
            ("a ping that is too long", frame(9, Array(repeating: 0, count: 126)), 1002),
            ("not UTF-8", frame(1, [0x22, 0xFF, 0x22]), 1007),
            ("UTF-8 cut short", frame(1, [0x22, 0xE4, 0xB8]), 1007),
            ("a surrogate", frame(1, [0xED, 0xA0, 0x80]), 1007),
            ("close of one byte", frame(8, [0x03]), 1002),
            ("close with a code that nobody may send", frame(8, [0x03, 0xED]), 1002),
            ("close with a reason that is no text", frame(8, [0x03, 0xE8, 0xFF]), 1007),
            ("enormous", [0x81, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0], 1009),
            ("length with its highest bit", [0x81, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0], 1002),
        ]
    }()

    @Test func whatBreaksTheProtocolIsClosedWithItsCode() async throws {
        try await withUnharmedBridge { bridge, token in
            for (name, bytes, code) in Self.frames {
                let socket = try await bridge.connect(token)
                socket.send(bytes: bytes)
                let closing = try await socket.closed()
                #expect(closing.code == code, "\(name): \(closing)")
            }
        }
    }

    @Test func handshakesThatAreNoneAreRefused() async throws {
        try await withUnharmedBridge { bridge, token in
            let good = [
                ("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
                ("Sec-WebSocket-Version", "13"),
            ]
            let changes: [(name: String, value: String?, statuses: [Int])] = [
                ("Sec-WebSocket-Version", "8", [426]), ("Sec-WebSocket-Version", nil, [426]), ("Sec-WebSocket-Key", nil, [400]),
                ("Sec-WebSocket-Key", "short", [400]), ("Upgrade", "h2c", [426]), ("Upgrade", nil, [426]),
            ]
            for (name, value, statuses) in changes {
                var lines = ["GET /v1/ws HTTP/1.1", "Host: localhost:\(bridge.port)", "Authorization: Bearer \(token)"]
                for (header, usual) in good {
                    if header != name { lines.append("\(header): \(usual)") } else if let value { lines.append("\(header): \(value)") }
                }
                // Without an upgrade the connection would stay open for more.
                if name == "Upgrade" { lines = lines.map { $0 == "Connection: Upgrade" ? "Connection: close" : $0 } }
                let answer = try await bridge.exchange(Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8))
                #expect(statuses.contains(answer.status), "\(name): \(value ?? "none"): \(answer.status)")
            }
            let elsewhere = await #expect(throws: BrowserSocket.Refused.self) {
                try await BrowserSocket.open(port: bridge.port, path: "/v1/events", headers: [("Authorization", "Bearer \(token)")])
            }
            #expect(elsewhere.map { $0.response.status != 101 } == true)
        }
    }

    @Test func peersThatVanishLeaveNothingBehind() async throws {
        try await withUnharmedBridge { bridge, token in
            for number in 1...12 {
                let socket = try await bridge.connect(token)
                socket.send(["type": "subscribe", "channels": ["events", "status", "output:*"]])
                if number.isMultiple(of: 2) {
                    socket.cut()
                } else {
                    socket.send(bytes: [0x81])
                    socket.cut()
                }
                let stream = try await EventStreamClient.open(bridge, token: token, query: "?channels=events")
                try await stream.next("authenticated")
                stream.close()
                let half = try TCPConnection(port: bridge.port)
                half.send("POST /v1/events HTTP/1.1\r\nHost: localhost:\(bridge.port)\r\nContent-Length: 100\r\n\r\n{")
                half.cut()
            }
        }
    }
}
