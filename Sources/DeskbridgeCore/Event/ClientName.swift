/// Who sends events: a lower-case ASCII letter or digit, then also `.`, `_`, `:` and `-`, at most 64.
///
/// A program on the message bus is `dbus:` and the name of its unit or executable, in which capital letters, `@` and `+` may stand too; it
/// may be 128 bytes long.
package struct ClientName: Sendable, Hashable, CustomStringConvertible {
    private static let busPrefix = "dbus:"
    private static let longest = 64
    private static let longestOnBus = 128

    /// The rule in words, for messages; programs on the bus have one of their own.
    package static let rule = "it has small letters, digits and . _ : -, a letter or digit first, at most \(longest) of them"

    package let text: String

    /// Nil if the text breaks the rule.
    package init?(_ text: some StringProtocol) {
        let bytes = text.utf8
        let isOnBus = bytes.starts(with: Self.busPrefix.utf8) && bytes.count > Self.busPrefix.utf8.count
        guard let first = bytes.first, Self.isLetterOrDigit(first), bytes.count <= (isOnBus ? Self.longestOnBus : Self.longest),
            bytes.allSatisfy({ Self.isPlain($0) || isOnBus && Self.isOfBus($0) })
        else { return nil }
        self.text = String(text)
    }

    /// A program on the message bus. Bytes that no name can have become `_`, and what is too long is cut.
    /// - Parameter program: the name of its unit or executable. Nil if it is empty.
    package static func onBus(_ program: String) -> ClientName? {
        guard !program.isEmpty else { return nil }
        let kept = program.utf8.map { isPlain($0) || isOfBus($0) ? $0 : UInt8(ascii: "_") }
        return ClientName(known: String(decoding: busPrefix.utf8 + kept.prefix(longestOnBus - busPrefix.utf8.count), as: UTF8.self))
    }

    private init(known text: String) { self.text = text }

    /// The person at the desk, through the control socket.
    package static let local = ClientName(known: "local")
    /// The person at the desk, through the console in the browser.
    package static let console = ClientName(known: "console")

    /// Whether the name stands for the person at the desk or a program on the message bus, so that no token of a client may have it.
    package var isReserved: Bool { self == .local || self == .console || text.utf8.starts(with: Self.busPrefix.utf8) }

    package var description: String { text }

    /// Which clients a rule is about. A name that no client can have would only look as if it protected something.
    /// - Throws: ``Flaw`` unless the text is a name, or a part of one with `*` at its ends.
    package static func pattern(_ text: String) throws(Flaw) -> NamePattern {
        let pattern = try NamePattern(text)
        let part = pattern.fixed
        // What stands before and behind the part may make it a name on the bus, unless it begins as one of the others does.
        let isPossible =
            pattern.isOpenBefore
            ? part.utf8.allSatisfy { isPlain($0) || isOfBus($0) }
            : ClientName(part) != nil
        guard isPossible else {
            throw Flaw(
                "\"\(text)\" fits no client: a name of one has small letters, digits and . _ : -, as `deskbridge token create` takes it, or is dbus:PROGRAM"
            )
        }
        return pattern
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) }

    private static func isPlain(_ byte: UInt8) -> Bool { isLetterOrDigit(byte) || [0x2E, 0x5F, 0x3A, 0x2D].contains(byte) }

    private static func isOfBus(_ byte: UInt8) -> Bool {
        (0x41...0x5A).contains(byte) || byte == UInt8(ascii: "@") || byte == UInt8(ascii: "+")
    }
}
