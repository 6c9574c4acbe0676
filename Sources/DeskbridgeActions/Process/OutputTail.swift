/// The end of a stream of bytes, and how much came before it.
package struct OutputTail: Sendable, Equatable {
    private let limit: Int
    private var bytes: [UInt8] = []
    /// How many bytes came in all.
    private(set) package var total = 0

    /// - Parameter limit: how many bytes are kept.
    package init(limit: Int) { self.limit = limit }

    package mutating func append(_ piece: [UInt8]) {
        total += piece.count
        guard piece.count < limit else {
            bytes = Array(piece.suffix(limit))
            return
        }
        bytes += piece
        // Cut seldom, so that many small pieces don't each move the whole.
        if bytes.count > 2 * limit { bytes.removeFirst(bytes.count - limit) }
    }

    /// What is kept: at most `limit` bytes, beginning with a whole UTF-8 sequence if something came before.
    private var kept: ArraySlice<UInt8> {
        var kept = bytes.suffix(limit)
        guard kept.count < total else { return kept }
        for _ in 0..<3 {
            guard let first = kept.first, first & 0b1100_0000 == 0b1000_0000 else { break }
            kept.removeFirst()
        }
        return kept
    }

    /// How many bytes came before what is kept.
    package var dropped: Int { total - kept.count }

    /// What is kept as text, without its final newline; what is not UTF-8 is replaced by U+FFFD.
    package var text: String {
        var kept = kept
        if kept.last == 0x0A {
            kept.removeLast()
            if kept.last == 0x0D { kept.removeLast() }
        }
        return String(decoding: kept, as: UTF8.self)
    }
}
