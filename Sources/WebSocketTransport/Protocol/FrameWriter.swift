import NIOCore

extension ByteBuffer {
    /// Appends the head of an unmasked final frame, as a server sends them (RFC 6455 5.1, 5.2).
    mutating func writeFrameHeader(_ opcode: Opcode, payloadLength: Int) {
        writeInteger(0x80 | opcode.rawValue)
        switch payloadLength {
        case ...125:
            writeInteger(UInt8(payloadLength))
        case ...Int(UInt16.max):
            writeInteger(126 as UInt8)
            writeInteger(UInt16(payloadLength))
        default:
            writeInteger(127 as UInt8)
            writeInteger(UInt64(payloadLength))
        }
    }
}
