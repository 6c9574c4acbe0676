/// A WebSocket frame as a browser writes it, and a reader of a server's frames (RFC 6455 section 5.2). Written for tests alone.
package struct BrowserFrame: Sendable {
    package static let text: UInt8 = 1
    package static let binary: UInt8 = 2
    package static let close: UInt8 = 8
    package static let ping: UInt8 = 9
    package static let pong: UInt8 = 10

    package var isFinal = true
    /// The three bits that no extension of ours gives a meaning.
    package var reserved: UInt8 = 0
    package var opcode: UInt8
    package var payload: [UInt8]
    package var isMasked = true
    /// The length that the frame claims, if not its own.
    package var claimedLength: UInt64?

    package init(_ opcode: UInt8, _ payload: [UInt8]) {
        self.opcode = opcode
        self.payload = payload
    }

    package var bytes: [UInt8] {
        let length = claimedLength ?? UInt64(payload.count)
        let mask: UInt8 = isMasked ? 0x80 : 0
        var bytes: [UInt8] = [(isFinal ? 0x80 : 0) | reserved << 4 | opcode]
        switch length {
        case 0..<126: bytes.append(mask | UInt8(length))
        case 126..<65536: bytes += [mask | 126, UInt8(length >> 8), UInt8(length & 0xFF)]
        default: bytes += [mask | 127] + (0..<8).map { UInt8(truncatingIfNeeded: length >> (56 - 8 * UInt64($0))) }
        }
        guard isMasked else { return bytes + payload }
        let key: [UInt8] = [0x37, 0xFA, 0x21, 0x3D]
        return bytes + key + payload.enumerated().map { $0.element ^ key[$0.offset % 4] }
    }
}

/// Reads the frames of a server.
struct ServerFrames {
    private var unread: [UInt8] = []

    /// The frames that are whole with these bytes.
    mutating func add(_ bytes: [UInt8]) -> [BrowserFrame] {
        unread += bytes
        var frames: [BrowserFrame] = []
        var position = 0
        while let (frame, end) = Self.frame(unread, at: position) {
            frames.append(frame)
            position = end
        }
        unread.removeFirst(position)
        return frames
    }

    private static func frame(_ bytes: [UInt8], at start: Int) -> (BrowserFrame, end: Int)? {
        guard bytes.count >= start + 2 else { return nil }
        var begin = start + 2
        var length = Int(bytes[start + 1] & 0x7F)
        let extra = length == 126 ? 2 : length == 127 ? 8 : 0
        guard bytes.count >= begin + extra else { return nil }
        if extra > 0 {
            length = bytes[begin..<(begin + extra)].reduce(0) { $0 << 8 | Int($1) }
            begin += extra
        }
        guard bytes.count >= begin + length else { return nil }
        var frame = BrowserFrame(bytes[start] & 0x0F, Array(bytes[begin..<(begin + length)]))
        frame.isFinal = bytes[start] & 0x80 != 0
        frame.reserved = bytes[start] >> 4 & 7
        frame.isMasked = bytes[start + 1] & 0x80 != 0
        return (frame, begin + length)
    }
}
