/// Which names a rule is about: one name, or with `*` at an end all that begin (`DELETE_*`), end (`*_RESOURCE`) or go on (`*_TEMP_*`) so.
package struct NamePattern: Sendable, Hashable, CustomStringConvertible {
    private let text: String
    let fixed: String
    let isOpenBefore: Bool
    let isOpenAfter: Bool

    /// - Throws: ``Flaw`` unless the text is 1 to 128 ASCII letters, digits and `_ . : @ + -`, with `*` only at its ends.
    package init(_ text: String) throws(Flaw) {
        self.text = text
        isOpenBefore = text.utf8.first == UInt8(ascii: "*")
        isOpenAfter = text.utf8.last == UInt8(ascii: "*")
        fixed = String(text.dropFirst(isOpenBefore ? 1 : 0).dropLast(isOpenAfter ? 1 : 0))
        let isAny = text == "*"
        guard !text.dropFirst(isOpenBefore ? 1 : 0).dropLast(isOpenAfter ? 1 : 0).contains("*") else {
            throw Flaw("\"\(text)\" has a * in its middle: it may stand at the beginning and at the end only")
        }
        guard isAny || (1...128).contains(fixed.utf8.count), fixed.utf8.allSatisfy(Self.isNameByte) else {
            throw Flaw("\"\(text)\" is no name of letters, digits and _ . : @ + -, with * at its beginning or end for any others")
        }
    }

    /// Case counts.
    package func matches(_ name: String) -> Bool {
        switch (isOpenBefore, isOpenAfter) {
        case (false, false): name.isSame(as: fixed)
        case (false, true): name.utf8.starts(with: fixed.utf8)
        case (true, false): name.utf8.reversed().starts(with: fixed.utf8.reversed())
        case (true, true): fixed.isEmpty || name.utf8.contains(fixed.utf8)
        }
    }

    /// Whether it is this name, written out.
    func isJust(_ name: String) -> Bool { !isOpenBefore && !isOpenAfter && name.isSame(as: fixed) }

    /// Whether each name that the other one matches is matched by this one too.
    func covers(_ other: NamePattern) -> Bool {
        switch (isOpenBefore, isOpenAfter) {
        case (false, false): other.text.isSame(as: text)
        case (false, true): !other.isOpenBefore && other.fixed.utf8.starts(with: fixed.utf8)
        case (true, false): !other.isOpenAfter && other.fixed.utf8.reversed().starts(with: fixed.utf8.reversed())
        case (true, true): fixed.isEmpty || other.fixed.utf8.contains(fixed.utf8)
        }
    }

    package var description: String { text }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: ":"), UInt8(ascii: "@"), UInt8(ascii: "+"), UInt8(ascii: "-"): true
        default: false
        }
    }
}

extension NamePattern {
    static let schema = ValueSchema.text("^(\\*|\\*?[A-Za-z0-9_.:@+-]{1,128}\\*?)$")
}
