/// A rule of RFC 6455, or a limit of ours, that the peer broke; the connection cannot go on.
enum ProtocolViolation: Error, Equatable {
    case reservedBits
    case reservedOpcode(UInt8)
    case unmaskedFrame
    case fragmentedControlFrame
    case longControlFrame
    case lengthNotMinimal
    case lengthOutOfRange
    case continuationOfNothing
    case messageUnfinished
    case frameTooLarge(limit: Int)
    case messageTooLarge(limit: Int)
    case invalidUTF8
    case closePayloadTooShort
    case closeCodeNotAllowed(UInt16)

    var closeCode: WebSocketCloseCode {
        switch self {
        case .frameTooLarge, .messageTooLarge: .tooBig
        case .invalidUTF8: .invalidData
        default: .protocolError
        }
    }

    /// What the close frame tells the peer.
    var reason: String {
        switch self {
        case .reservedBits: "a reserved bit is set, but no extension was negotiated"
        case .reservedOpcode(let opcode): "opcode \(opcode) is reserved"
        case .unmaskedFrame: "a client must mask its frames"
        case .fragmentedControlFrame: "a control frame must not be fragmented"
        case .longControlFrame: "a control frame holds at most 125 bytes"
        case .lengthNotMinimal: "a payload length must use the shortest form"
        case .lengthOutOfRange: "a payload length must be below 2^63"
        case .continuationOfNothing: "a continuation frame without a message to continue"
        case .messageUnfinished: "a new message before the last fragment of the one before"
        case .frameTooLarge(let limit): "a frame may hold at most \(limit) bytes"
        case .messageTooLarge(let limit): "a message may hold at most \(limit) bytes"
        case .invalidUTF8: "text must be valid UTF-8"
        case .closePayloadTooShort: "a close frame holds either nothing or a code of two bytes"
        case .closeCodeNotAllowed(let code): "close code \(code) must not be sent"
        }
    }
}
