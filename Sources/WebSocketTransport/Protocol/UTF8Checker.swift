/// Checks UTF-8 that arrives in pieces, and knows at each byte whether it can still become valid (RFC 3629, Unicode table 3-7).
struct UTF8Checker {
    /// How many continuation bytes the character begun still needs.
    private var missing = 0
    /// The values the next continuation byte may have: narrower after E0, ED, F0 and F4.
    private var lower: UInt8 = 0x80
    private var upper: UInt8 = 0xBF

    /// Whether all seen so far is whole characters.
    var isAtBoundary: Bool { missing == 0 }

    /// Takes the next bytes; false as soon as no continuation could make the text valid.
    mutating func accepts(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var index = 0
        while index < bytes.count {
            if missing == 0, index &+ 8 <= bytes.count,
                bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self) & 0x8080_8080_8080_8080 == 0
            {
                index &+= 8
                continue
            }
            guard accepts(bytes[index]) else { return false }
            index &+= 1
        }
        return true
    }

    private mutating func accepts(_ byte: UInt8) -> Bool {
        guard missing == 0 else {
            guard byte >= lower, byte <= upper else { return false }
            missing -= 1
            (lower, upper) = (0x80, 0xBF)
            return true
        }
        switch byte {
        case 0x00...0x7F: break
        case 0xC2...0xDF: expect(1)
        case 0xE0: expect(2, from: 0xA0)
        case 0xED: expect(2, to: 0x9F)
        case 0xE1...0xEF: expect(2)
        case 0xF0: expect(3, from: 0x90)
        case 0xF1...0xF3: expect(3)
        case 0xF4: expect(3, to: 0x8F)
        default: return false
        }
        return true
    }

    private mutating func expect(_ count: Int, from lowest: UInt8 = 0x80, to highest: UInt8 = 0xBF) {
        missing = count
        (lower, upper) = (lowest, highest)
    }
}
