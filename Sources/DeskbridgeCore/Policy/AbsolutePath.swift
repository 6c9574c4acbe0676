/// An absolute path as text, without `.`, `..` and doubled slashes. Nothing on disk is looked at, no link is followed.
///
/// Paths are compared byte by byte, as Linux compares them.
package struct AbsolutePath: Sendable {
    private let components: [[UInt8]]

    /// - Parameter home: the absolute path that a leading `~` stands for; without it `~` is refused.
    /// - Throws: ``Flaw`` if the path is relative, holds `..` or a control character, or is longer than 4095 bytes (PATH_MAX).
    package init(_ text: String, home: String? = nil) throws(Flaw) {
        var full = text
        if text.utf8.first == UInt8(ascii: "~") {
            guard let home else { throw Flaw("\"\(text)\" must be an absolute path: ~ is not expanded here") }
            guard text == "~" || text.hasPrefix("~/") else {
                throw Flaw("\"\(text)\" names the home of another user: write that path in full")
            }
            full = home + text.dropFirst()
        }
        guard full.utf8.first == UInt8(ascii: "/") else { throw Flaw("\"\(text)\" must be an absolute path, one that starts with /") }
        guard full.utf8.count <= 4095 else { throw Flaw("the path is \(full.utf8.count) bytes long, and at most 4095 are possible") }
        guard !full.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
            throw Flaw("the path holds a control character")
        }
        components = full.utf8.split(separator: UInt8(ascii: "/")).map(Array.init).filter { $0 != Array(".".utf8) }
        guard !components.contains(Array("..".utf8)) else {
            throw Flaw("\"\(text)\" holds \"..\": write the path without it")
        }
    }

    /// Whether this is `/`.
    package var isRoot: Bool { components.isEmpty }

    /// Whether `other` is this folder or lies beneath it, by whole components.
    package func contains(_ other: AbsolutePath) -> Bool { other.components.starts(with: components) }
}

extension AbsolutePath: Hashable, CustomStringConvertible {
    package var description: String {
        "/" + components.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "/")
    }
}
