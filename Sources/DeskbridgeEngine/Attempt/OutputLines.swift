/// Cuts the bytes of one stream into lines.
struct OutputLines: Sendable {
    /// A longer line is cut after so many bytes, so that a program that writes no line ends cannot fill the memory.
    static let longestLine = 4096

    private var partial: [UInt8] = []

    /// - Returns: the lines that are complete with these bytes, without their ends (LF or CR LF).
    mutating func add(_ bytes: some Sequence<UInt8>) -> [String] {
        var lines: [String] = []
        for byte in bytes {
            if byte == 0x0A {
                lines.append(endLine())
                continue
            }
            // A CR right after the longest line may be half of its end: only the next byte tells.
            if partial.count > Self.longestLine || partial.count == Self.longestLine && byte != 0x0D { lines.append(cut()) }
            partial.append(byte)
        }
        return lines
    }

    /// The last line, if it had no end.
    mutating func finish() -> String? { partial.isEmpty ? nil : endLine() }

    private mutating func endLine() -> String {
        if partial.last == 0x0D { partial.removeLast() }
        defer { partial.removeAll(keepingCapacity: true) }
        return String(decoding: partial, as: UTF8.self)
    }

    /// Takes as much of a line that is too long as can be told without cutting a character.
    private mutating func cut() -> String {
        var end = min(partial.count, Self.longestLine)
        // Back to the first byte of the last character, unless that one is complete: at most three bytes follow it.
        if let first = partial[..<end].lastIndex(where: { $0 & 0xC0 != 0x80 }), end - first < Self.length(of: partial[first]) {
            end = first
        }
        defer { partial.removeFirst(end) }
        return String(decoding: partial[..<end], as: UTF8.self)
    }

    /// How many bytes the character has that begins with this one (RFC 3629 section 3).
    private static func length(of first: UInt8) -> Int {
        switch first {
        case 0xC2...0xDF: 2
        case 0xE0...0xEF: 3
        case 0xF0...0xF4: 4
        default: 1
        }
    }
}
