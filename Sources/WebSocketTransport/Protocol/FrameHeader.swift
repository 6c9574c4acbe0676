import NIOCore

/// The head of a client's frame (RFC 6455 5.2), already checked for all that needs no other frame to judge.
struct FrameHeader: Equatable {
    var isFinal: Bool
    var opcode: Opcode
    var payloadLength: Int
    /// The four masking bytes in the order of the wire.
    var mask: UInt32

    /// Takes one head from the buffer, or takes nothing and returns nil when it is not all there.
    static func read(from buffer: inout ByteBuffer) throws(ProtocolViolation) -> FrameHeader? {
        let start = buffer.readerIndex
        guard let first = buffer.getInteger(at: start, as: UInt8.self), let second = buffer.getInteger(at: start + 1, as: UInt8.self)
        else { return nil }
        guard first & 0x70 == 0 else { throw .reservedBits }
        guard let opcode = Opcode(rawValue: first & 0x0F) else { throw .reservedOpcode(first & 0x0F) }
        guard second & 0x80 != 0 else { throw .unmaskedFrame }
        let isFinal = first & 0x80 != 0
        if opcode.isControl {
            guard isFinal else { throw .fragmentedControlFrame }
            guard second & 0x7F <= 125 else { throw .longControlFrame }
        }
        guard let (length, lengthBytes) = try payloadLength(second & 0x7F, at: start + 2, in: buffer),
            let mask = buffer.getInteger(at: start + 2 + lengthBytes, endianness: .big, as: UInt32.self)
        else { return nil }
        buffer.moveReaderIndex(forwardBy: 2 + lengthBytes + 4)
        return FrameHeader(isFinal: isFinal, opcode: opcode, payloadLength: length, mask: mask)
    }

    private static func payloadLength(
        _ short: UInt8, at index: Int, in buffer: ByteBuffer
    ) throws(ProtocolViolation) -> (length: Int, bytes: Int)? {
        switch short {
        case 126:
            guard let length = buffer.getInteger(at: index, as: UInt16.self) else { return nil }
            guard length > 125 else { throw .lengthNotMinimal }
            return (Int(length), 2)
        case 127:
            guard let length = buffer.getInteger(at: index, as: UInt64.self) else { return nil }
            guard length > UInt64(UInt16.max) else { throw .lengthNotMinimal }
            guard let length = Int(exactly: length) else { throw .lengthOutOfRange }
            return (length, 8)
        default:
            return (Int(short), 0)
        }
    }
}
