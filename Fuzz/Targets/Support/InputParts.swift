extension [UInt8] {
    /// The first line, and what comes after it.
    var lines: (first: String, rest: ArraySlice<UInt8>) {
        let end = firstIndex(of: UInt8(ascii: "\n")) ?? count
        return (String(decoding: self[..<end], as: UTF8.self), self[Swift.min(end + 1, count)...])
    }

    /// What stands before the first line that is `%%%`, and what after it.
    var sections: (first: ArraySlice<UInt8>, second: ArraySlice<UInt8>) {
        let mark = Array("\n%%%\n".utf8)
        guard count >= mark.count,
            let place = (0...count - mark.count).first(where: { self[$0..<$0 + mark.count].elementsEqual(mark) })
        else { return (self[...], []) }
        return (self[...place], self[(place + mark.count)...])
    }
}

extension Sequence<UInt8> {
    /// How many lines there are, if every LF, CR and other line break of YAML begins one.
    var lineCount: Int { 1 + count { $0 == 0x0A || $0 == 0x0D || $0 == 0x85 || $0 == 0xA8 || $0 == 0xA9 } }
}

extension ArraySlice<UInt8> {
    func pieces(of length: Int) -> [ArraySlice<UInt8>] {
        stride(from: startIndex, to: endIndex, by: length).map { self[$0..<Swift.min($0 + length, endIndex)] }
    }
}
