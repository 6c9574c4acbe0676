import NIOCore

@testable import WebSocketTransport

/// A client's bytes behind a handshake, and what the connection has to answer: a pong for each ping until it ends, then one close frame.
struct FrameConversation {
    private static let handshake = Array(
        """
        GET /v1/ws HTTP/1.1\r
        Host: 127.0.0.1:7420\r
        Connection: Upgrade\r
        Upgrade: websocket\r
        Sec-WebSocket-Version: 13\r
        Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
        \r\n
        """.utf8)

    private let bytes: ArraySlice<UInt8>
    private let answers: [RawServerFrame]

    init(_ bytes: ArraySlice<UInt8>, _ expected: PlainFrameReading) {
        self.bytes = bytes
        var answers: [RawServerFrame] = []
        var isClosed = false
        for item in expected.items where !isClosed {
            switch item {
            case .message, .pong: break
            case .ping(let payload): answers.append(RawServerFrame(first: 0x8A, payload: Array(payload.readableBytesView)))
            case .close(let frame):
                answers.append(RawServerFrame(first: 0x88, payload: Array(frame.payload.readableBytesView)))
                isClosed = true
            }
        }
        if let violation = expected.violation, !isClosed {
            let frame = CloseFrame(violation.closeCode, reason: violation.reason)
            answers.append(RawServerFrame(first: 0x88, payload: Array(frame.payload.readableBytesView)))
        }
        self.answers = answers
    }

    /// - Parameter length: how long the pieces are that come after the upgrade; nil if all came with the handshake.
    func check(inPiecesOf length: Int?) {
        var configuration = WebSocketConfiguration()
        configuration.maximumFrameSize = FrameFuzzing.largestFrame
        configuration.maximumMessageSize = FrameFuzzing.largestMessage
        let side = HTTPSide(configuration)
        defer { side.end() }
        side.receive(length == nil ? (Self.handshake + bytes)[...] : Self.handshake[...])
        guard let connection = try? side.gate.upgrade(headers: [:]) else { return promise(false, "a sound handshake is refused") }
        for piece in length.map(bytes.pieces(of:)) ?? [] { side.receive(piece) }
        // The grace for answers of a handler, which nobody gives here.
        side.channel.embeddedEventLoop.advanceTime(by: .seconds(2))
        var sent = side.sent()[...]
        let end = sent.firstRange(of: Array("\r\n\r\n".utf8))?.upperBound ?? sent.endIndex
        promise(sent.starts(with: "HTTP/1.1 101 Switching Protocols\r\n".utf8), "no upgrade: \(String(decoding: sent, as: UTF8.self))")
        sent = sent[end...]
        var frames: [RawServerFrame] = []
        while let frame = RawServerFrame(takenFrom: &sent) { frames.append(frame) }
        promise(sent.isEmpty, "something beside frames is sent: \(Array(sent))")
        promise(frames == answers, "\(frames) is answered, not \(answers)")
        promise((connection.ending != nil) == (answers.last?.first == 0x88), "the end is told wrongly: \(connection.ending as Any)")
    }
}

/// A short frame as a server sends it.
private struct RawServerFrame: Equatable {
    let first: UInt8
    let payload: [UInt8]

    init(first: UInt8, payload: [UInt8]) {
        self.first = first
        self.payload = payload
    }

    init?(takenFrom bytes: inout ArraySlice<UInt8>) {
        guard bytes.count >= 2 else { return nil }
        let length = Int(bytes[bytes.startIndex + 1])
        guard length <= 125, bytes.count >= 2 + length else { return nil }
        self.init(first: bytes[bytes.startIndex], payload: Array(bytes.dropFirst(2).prefix(length)))
        bytes = bytes.dropFirst(2 + length)
    }
}
