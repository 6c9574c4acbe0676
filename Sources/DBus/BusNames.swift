/// Who a message goes to: a well-known name such as `org.freedesktop.Notifications`, or a unique one such as `:1.42`.
///
/// D-Bus Specification, "Valid Names", "Bus names": at most 255 bytes.
package struct BusName: Sendable, Hashable, CustomStringConvertible {
    package let text: String

    /// - Parameter text: written out in the source, and a valid name.
    package init(valid text: StaticString) { self.text = text.description }

    package init(_ text: String) throws(BusNameError) {
        let isUnique = text.utf8.first == UInt8(ascii: ":")
        try NameRules.checkElements(
            isUnique ? text.dropFirst() : text[...], of: text, what: "bus name", allowsHyphen: true,
            allowsLeadingDigit: isUnique)
        self.text = text
    }

    /// Whether it is the name that the bus gave to one connection.
    package var isUnique: Bool { text.utf8.first == UInt8(ascii: ":") }

    package var description: String { text }
}

/// Which object of the destination is meant: `/`, or elements of letters, digits and `_` with a `/` before each.
///
/// D-Bus Specification, "Valid Object Paths". The reserved `/org/freedesktop/DBus/Local` is a valid value but no place to call.
package struct ObjectPath: Sendable, Hashable, CustomStringConvertible {
    package let text: String

    /// - Parameter text: written out in the source, and a valid name.
    package init(valid text: StaticString) { self.text = text.description }

    package init(_ text: String) throws(BusNameError) {
        func refuse(_ reason: String) -> BusNameError { BusNameError(what: "object path", text: text, reason: reason) }
        let bytes = text.utf8
        guard bytes.first == UInt8(ascii: "/") else { throw refuse("it must begin with \"/\"") }
        var previous: UInt8?
        for byte in bytes {
            guard byte == UInt8(ascii: "/") || NameRules.isWord(byte) else {
                throw refuse("only letters A-Z a-z, digits, \"_\" and \"/\" may stand in it")
            }
            if byte == UInt8(ascii: "/"), previous == byte { throw refuse("two \"/\" stand side by side") }
            previous = byte
        }
        if bytes.count > 1, previous == UInt8(ascii: "/") { throw refuse("it must not end with \"/\"") }
        self.text = text
    }

    package var description: String { text }
}

/// An interface such as `org.freedesktop.Notifications`: two or more elements, at most 255 bytes.
///
/// D-Bus Specification, "Interface names".
package struct InterfaceName: Sendable, Hashable, CustomStringConvertible {
    package let text: String

    /// - Parameter text: written out in the source, and a valid name.
    package init(valid text: StaticString) { self.text = text.description }

    package init(_ text: String) throws(BusNameError) {
        try NameRules.checkElements(text[...], of: text, what: "interface name")
        self.text = text
    }

    package var description: String { text }
}

/// A method such as `Notify`: letters, digits and `_`, no digit first, at most 255 bytes.
///
/// D-Bus Specification, "Member names".
package struct MemberName: Sendable, Hashable, CustomStringConvertible {
    package let text: String

    /// - Parameter text: written out in the source, and a valid name.
    package init(valid text: StaticString) { self.text = text.description }

    package init(_ text: String) throws(BusNameError) {
        func refuse(_ reason: String) -> BusNameError { BusNameError(what: "member name", text: text, reason: reason) }
        if text.isEmpty { throw refuse("it is empty") }
        if text.utf8.count > NameRules.longest { throw refuse("it is longer than \(NameRules.longest) bytes") }
        guard text.utf8.allSatisfy(NameRules.isWord) else {
            throw refuse("only letters A-Z a-z, digits and \"_\" may stand in it")
        }
        if NameRules.isDigit(text.utf8.first) { throw refuse("it must not begin with a digit") }
        self.text = text
    }

    package var description: String { text }
}

/// What an error reply is called, such as `org.freedesktop.DBus.Error.ServiceUnknown`; the rules are those of interfaces.
///
/// D-Bus Specification, "Error names".
package struct ErrorName: Sendable, Hashable, CustomStringConvertible {
    package let text: String

    /// - Parameter text: written out in the source, and a valid name.
    package init(valid text: StaticString) { self.text = text.description }

    package init(_ text: String) throws(BusNameError) {
        try NameRules.checkElements(text[...], of: text, what: "error name")
        self.text = text
    }

    package var description: String { text }
}

/// Why a text is no valid name of its kind.
package struct BusNameError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kind of name, such as `bus name`.
    package let what: String
    package let text: String
    package let reason: String

    package var description: String { "\"\(text)\" is no valid D-Bus \(what): \(reason)" }
}

private enum NameRules {
    /// D-Bus Specification, "Valid Names": the maximum name length in bytes.
    static let longest = 255

    static func isDigit(_ byte: UInt8?) -> Bool {
        guard let byte else { return false }
        return byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
    }

    static func isWord(_ byte: UInt8) -> Bool {
        isDigit(byte) || byte == UInt8(ascii: "_") || byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z")
            || byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z")
    }

    /// Checks two or more elements with a "." between each two.
    static func checkElements(
        _ part: Substring, of text: String, what: String, allowsHyphen: Bool = false, allowsLeadingDigit: Bool = false
    ) throws(BusNameError) {
        func refuse(_ reason: String) -> BusNameError { BusNameError(what: what, text: text, reason: reason) }
        if text.isEmpty { throw refuse("it is empty") }
        if text.utf8.count > longest { throw refuse("it is longer than \(longest) bytes") }
        let elements = part.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        for element in elements {
            guard element.allSatisfy({ isWord($0) || allowsHyphen && $0 == UInt8(ascii: "-") }) else {
                let hyphen = allowsHyphen ? ", \"-\"" : ""
                throw refuse("only letters A-Z a-z, digits, \"_\"\(hyphen) and \".\" may stand in it")
            }
            if element.isEmpty, elements.count > 1 { throw refuse("there must be a character before and after each \".\"") }
            if !allowsLeadingDigit, isDigit(element.first) { throw refuse("no part may begin with a digit") }
        }
        if elements.count < 2 { throw refuse("it needs two or more parts with a \".\" between them") }
    }
}
