import NIOCore

@testable import WebSocketTransport

/// What a client's bytes say by RFC 6455, read plainly from all of them at once, apart from the code that is judged by it.
struct PlainFrameReading {
    private(set) var items: [MessageAssembler.Item] = []
    private(set) var violation: ProtocolViolation?

    private let largestFrame: Int
    private let largestMessage: Int
    private var isText: Bool?
    private var body: [UInt8] = []

    init(_ bytes: ArraySlice<UInt8>, largestFrame: Int, largestMessage: Int) {
        self.largestFrame = largestFrame
        self.largestMessage = largestMessage
        var rest = bytes
        do throws(ProtocolViolation) {
            while try takeFrame(&rest) {}
        } catch { violation = error }
    }

    /// False when the rest is no whole frame.
    private mutating func takeFrame(_ rest: inout ArraySlice<UInt8>) throws(ProtocolViolation) -> Bool {
        let bytes = Array(rest.prefix(14))
        guard bytes.count >= 2 else { return false }
        let (isFinal, opcode, short) = (bytes[0] >> 7 == 1, bytes[0] & 0xF, Int(bytes[1] & 0x7F))
        if bytes[0] & 0x70 != 0 { throw .reservedBits }
        guard [0, 1, 2, 8, 9, 10].contains(opcode) else { throw .reservedOpcode(opcode) }
        if bytes[1] >> 7 == 0 { throw .unmaskedFrame }
        let isControl = opcode >= 8
        if isControl, !isFinal { throw .fragmentedControlFrame }
        if isControl, short > 125 { throw .longControlFrame }

        let extra = short == 126 ? 2 : short == 127 ? 8 : 0
        guard bytes.count >= 2 + extra else { return false }
        let length = extra == 0 ? UInt64(short) : bytes[2..<2 + extra].reduce(0) { $0 << 8 | UInt64($1) }
        if extra == 2 && length < 126 || extra == 8 && length < 65536 { throw .lengthNotMinimal }
        if length >> 63 == 1 { throw .lengthOutOfRange }
        guard bytes.count >= 6 + extra else { return false }
        let mask = bytes[(2 + extra)..<(6 + extra)]
        let payload = rest.dropFirst(6 + extra).prefix(Int(clamping: length)).enumerated().map { $1 ^ mask[2 + extra + $0 % 4] }
        rest = rest.dropFirst(6 + extra + payload.count)
        let isWhole = UInt64(payload.count) == length

        if isControl {
            if isWhole { items.append(try Self.control(opcode, payload)) }
        } else {
            try take(payload, opcode, announced: length, isEnd: isWhole && isFinal)
        }
        return isWhole
    }

    private mutating func take(_ payload: [UInt8], _ opcode: UInt8, announced: UInt64, isEnd: Bool) throws(ProtocolViolation) {
        if opcode == 0, isText == nil { throw .continuationOfNothing }
        if opcode != 0, isText != nil { throw .messageUnfinished }
        if announced > largestFrame { throw .frameTooLarge(limit: largestFrame) }
        if Int(announced) + body.count > largestMessage { throw .messageTooLarge(limit: largestMessage) }
        let isText = isText ?? (opcode == 1)
        body += payload
        if isText, !Self.mayBeUTF8(body, isEnd: isEnd) { throw .invalidUTF8 }
        self.isText = isEnd ? nil : isText
        guard isEnd else { return }
        items.append(.message(isText ? .text(String(decoding: body, as: UTF8.self)) : .binary(ByteBuffer(bytes: body))))
        body = []
    }

    private static func control(_ opcode: UInt8, _ payload: [UInt8]) throws(ProtocolViolation) -> MessageAssembler.Item {
        switch opcode {
        case 9: return .ping(ByteBuffer(bytes: payload))
        case 10: return .pong
        default:
            if payload.count == 1 { throw .closePayloadTooShort }
            return .close(try CloseFrame.parse(ByteBuffer(bytes: payload)))
        }
    }

    /// Whether more bytes could make it text, or it is text already.
    private static func mayBeUTF8(_ bytes: [UInt8], isEnd: Bool) -> Bool {
        if String(validating: bytes, as: UTF8.self) != nil { return true }
        guard !isEnd else { return false }
        // The ends of the characters that begin like an unfinished one: the lowest, and those that the rules for E0, ED, F0 and F4 want.
        let ends: [[UInt8]] = [
            [0x80], [0xBF], [0x80, 0x80], [0xBF, 0x80], [0x80, 0x80, 0x80], [0x90, 0x80, 0x80], [0xA0, 0x80], [0x8F, 0x80, 0x80],
        ]
        let tail = bytes.suffix(8)
        let start = tail.firstIndex { $0 & 0xC0 != 0x80 } ?? tail.startIndex
        guard String(validating: bytes[..<start], as: UTF8.self) != nil else { return false }
        return ends.contains { String(validating: bytes[start...] + $0, as: UTF8.self) != nil }
    }
}
