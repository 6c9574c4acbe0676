/// Cuts the bytes of one stream into lines.
struct OutputLines: Sendable {
    /// A longer line is cut here, so that a program that writes no line ends cannot fill the memory.
    static let longestLine = 4096

    private var partial: [UInt8] = []

    /// - Returns: the lines that are complete with these bytes, without their ends.
    mutating func add(_ bytes: [UInt8]) -> [String] {
        var lines: [String] = []
        for byte in bytes {
            if byte == 0x0A {
                lines.append(takePartial())
            } else {
                partial.append(byte)
                if partial.count == Self.longestLine { lines.append(takePartial()) }
            }
        }
        return lines
    }

    /// The last line, if it had no end.
    mutating func finish() -> String? { partial.isEmpty ? nil : takePartial() }

    private mutating func takePartial() -> String {
        if partial.last == 0x0D { partial.removeLast() }
        defer { partial.removeAll(keepingCapacity: true) }
        return String(decoding: partial, as: UTF8.self)
    }
}
