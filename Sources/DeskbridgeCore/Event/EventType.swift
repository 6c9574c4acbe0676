/// What kind of event it is, such as `CREATE_RESOURCE`: an upper-case ASCII letter, then letters, digits and `_`, at most 64.
package struct EventType: Sendable, Hashable, CustomStringConvertible {
    package let text: String

    /// Nil if the text breaks the rule.
    package init?(_ text: some StringProtocol) {
        let bytes = text.utf8
        guard let first = bytes.first, (0x41...0x5A).contains(first), bytes.count <= 64,
            bytes.allSatisfy({ (0x41...0x5A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F })
        else { return nil }
        self.text = String(text)
    }

    package var description: String { text }
}
