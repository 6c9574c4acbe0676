/// What a person reads at the desk and types into a page: eight characters that are hard to mistake for each other, such as `K7PQ-3MXD`.
///
/// There are 31^8 of them, about 2^39; a window takes five tries.
package struct PairingCode: Sendable, CustomStringConvertible {
    private static let alphabet = Array("23456789ABCDEFGHJKMNPQRSTUVWXYZ".utf8)
    private static let length = 8

    private let bytes: [UInt8]

    /// Makes one from the system's random numbers.
    package init() {
        var generator = SystemRandomNumberGenerator()
        bytes = (0..<Self.length).map { _ in Self.alphabet[Int.random(in: Self.alphabet.indices, using: &generator)] }
    }

    /// Whether a person typed this code, in capital or small letters, with or without dashes and spaces. Takes as long whatever is wrong.
    package func matches(_ text: String) -> Bool {
        let typed = text.utf8.prefix(64).filter { $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: " ") }
            .map { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) ? $0 & 0xDF : $0 }
        guard typed.count == bytes.count else { return false }
        return zip(typed, bytes).reduce(0 as UInt8) { $0 | ($1.0 ^ $1.1) } == 0
    }

    package var description: String {
        String(decoding: bytes.prefix(4), as: UTF8.self) + "-" + String(decoding: bytes.dropFirst(4), as: UTF8.self)
    }
}
