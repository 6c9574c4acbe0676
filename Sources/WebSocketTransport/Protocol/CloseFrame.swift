import NIOCore

/// What a close frame carries: nothing, or a code and a reason (RFC 6455 5.5.1).
struct CloseFrame: Equatable {
    /// Nil when the frame was empty.
    let code: WebSocketCloseCode?
    let reason: String

    static let empty = CloseFrame(code: nil, reason: "")

    private init(code: WebSocketCloseCode?, reason: String) {
        self.code = code
        self.reason = reason
    }

    /// A frame of ours: the reason is cut to the 123 bytes a control frame leaves for it, between two characters.
    init(_ code: WebSocketCloseCode, reason: String) {
        var room = 123
        let fitting = reason.prefix { character in
            room -= character.utf8.count
            return room >= 0
        }
        self.init(code: code, reason: String(fitting))
    }

    /// A peer's frame.
    static func parse(_ payload: ByteBuffer) throws(ProtocolViolation) -> CloseFrame {
        var payload = payload
        guard payload.readableBytes > 0 else { return .empty }
        guard let number = payload.readInteger(as: UInt16.self) else { throw .closePayloadTooShort }
        let code = WebSocketCloseCode(number)
        guard code.isAllowedOnWire else { throw .closeCodeNotAllowed(number) }
        guard let reason = String(validating: payload.readableBytesView, as: UTF8.self) else { throw .invalidUTF8 }
        return CloseFrame(code: code, reason: reason)
    }

    /// The payload as it goes on the wire.
    var payload: ByteBuffer {
        var payload = ByteBuffer()
        guard let code else { return payload }
        payload.writeInteger(code.rawValue)
        payload.writeString(reason)
        return payload
    }
}
