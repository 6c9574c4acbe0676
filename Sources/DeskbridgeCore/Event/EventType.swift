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

    /// Which types a rule is about. One that no event can have would only look as if it were allowed or denied.
    /// - Throws: ``Flaw`` unless the text is a type, or a part of one with `*` at its ends.
    package static func pattern(_ text: String) throws(Flaw) -> NamePattern {
        do throws(Flaw) {
            let pattern = try NamePattern(text)
            if fits(pattern) { return pattern }
        } catch {
            if text.dropFirst().dropLast().contains("*") { throw error }
        }
        let meant = String(text.uppercased().map { $0 == "-" || $0 == " " ? "_" : $0 }.drop { $0 == "_" })
        let question = (try? NamePattern(meant)).map { fits($0) ? " Did you mean \($0)?" : "" } ?? ""
        throw Flaw("\"\(text)\" is no event type: it has capital letters, digits and _, a letter first, at most 64 of them.\(question)")
    }

    private static func fits(_ pattern: NamePattern) -> Bool {
        // What stands before the part may begin the type.
        pattern.fixed.isEmpty || EventType(pattern.fixed) != nil || pattern.isOpenBefore && EventType("A\(pattern.fixed)") != nil
    }
}
