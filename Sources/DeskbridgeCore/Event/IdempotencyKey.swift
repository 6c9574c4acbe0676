/// The sender's own name for an event, by which a repetition is known: 1 to 255 bytes of UTF-8 without control characters.
///
/// Two keys are the same only if their bytes are: `é` in two normal forms makes two keys.
package struct IdempotencyKey: Sendable, Hashable, CustomStringConvertible {
    package let text: String

    /// Nil if the text breaks the rule.
    package init?(_ text: some StringProtocol) {
        guard (1...255).contains(text.utf8.count),
            text.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control })
        else { return nil }
        self.text = String(text)
    }

    package static func == (left: IdempotencyKey, right: IdempotencyKey) -> Bool { left.text.utf8.elementsEqual(right.text.utf8) }

    package func hash(into hasher: inout Hasher) {
        for byte in text.utf8 { hasher.combine(byte) }
    }

    package var description: String { text }
}
