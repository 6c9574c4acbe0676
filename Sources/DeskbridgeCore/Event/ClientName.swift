/// Who sends events: a lower-case ASCII letter or digit, then also `.`, `_`, `:` and `-`, at most 64.
package struct ClientName: Sendable, Hashable, CustomStringConvertible {
    package let text: String

    /// Nil if the text breaks the rule.
    package init?(_ text: some StringProtocol) {
        func isLetterOrDigit(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) }
        let bytes = text.utf8
        guard let first = bytes.first, isLetterOrDigit(first), bytes.count <= 64,
            bytes.allSatisfy({ isLetterOrDigit($0) || [0x2E, 0x5F, 0x3A, 0x2D].contains($0) })
        else { return nil }
        self.text = String(text)
    }

    private init(known text: String) { self.text = text }

    /// The person at the desk, through the control socket.
    package static let local = ClientName(known: "local")
    /// The person at the desk, through the console in the browser.
    package static let console = ClientName(known: "console")

    /// Whether the name stands for the person at the desk, so that no token of a client may have it.
    package var isReserved: Bool { self == .local || self == .console }

    package var description: String { text }
}
