import NIOCore

extension ByteBuffer {
    /// Appends `count` bytes of `source` with the masking undone (RFC 6455 5.3).
    ///
    /// - Parameters:
    ///   - mask: the four masking bytes, first on the wire highest.
    ///   - offset: how many bytes of the frame's payload came before these.
    mutating func appendUnmasked(_ count: Int, from source: inout ByteBuffer, mask: UInt32, offset: Int) {
        guard let slice = source.readSlice(length: count) else { return }
        let start = readableBytes
        writeImmutableBuffer(slice)
        guard mask != 0 else { return }
        let turn = UInt32(offset & 3) * 8
        let turned = turn == 0 ? mask : mask << turn | mask >> (32 - turn)
        let word = (UInt64(turned) << 32 | UInt64(turned)).bigEndian
        withUnsafeMutableReadableBytes { bytes in
            let added = UnsafeMutableRawBufferPointer(rebasing: bytes[start...])
            var index = 0
            while index &+ 8 <= added.count {
                let masked = added.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                added.storeBytes(of: masked ^ word, toByteOffset: index, as: UInt64.self)
                index &+= 8
            }
            var rest = turned
            while index < added.count {
                added[index] ^= UInt8(truncatingIfNeeded: rest >> 24)
                rest = rest << 8 | rest >> 24
                index &+= 1
            }
        }
    }
}
