/// A list of complete types, such as those of a method's arguments: `susssasa{sv}i`.
///
/// D-Bus Specification, "Valid Signatures": at most 255 bytes, 32 nested arrays, 32 nested structs.
package struct BusSignature: Sendable, Hashable, CustomStringConvertible {
    package let text: String
    package let types: [BusType]

    package static let empty = BusSignature(text: "", types: [])

    private init(text: String, types: [BusType]) {
        self.text = text
        self.types = types
    }

    /// - Throws: ``BusSignatureError`` with the place and the reason of the first mistake.
    package init(_ text: String) throws(BusSignatureError) {
        var parser = SignatureParser(text)
        self.init(text: text, types: try parser.parse())
    }

    /// The signature of something that libdbus has received and checked. It counts only arrays that stand directly in one another, so that
    /// more of them can come in than may go out.
    init(received text: String) throws(BusSignatureError) {
        var parser = SignatureParser(text, deepestArrays: SignatureParser.longest)
        self.init(text: text, types: try parser.parse())
    }

    /// - Throws: ``BusSignatureError`` if the types together break one of the limits, or stand where they must not.
    package init(_ types: [BusType]) throws(BusSignatureError) {
        try self.init(types.map(\.code).joined())
    }

    /// The place, counted from 1, of the first `h`, of which no value can be sent.
    package var descriptorPosition: Int? {
        text.utf8.enumerated().first { $0.element == UInt8(ascii: "h") }.map { $0.offset + 1 }
    }

    package var description: String { text }
}

/// Why a text is no valid signature.
package struct BusSignatureError: Error, Sendable, Hashable, CustomStringConvertible {
    package let signature: String
    /// The character at which the mistake is, counted from 1.
    package let position: Int
    package let reason: String

    package var description: String {
        "\"\(signature)\" is no valid D-Bus signature: at character \(position), \(reason)"
    }
}

private struct SignatureParser {
    static let longest = 255
    static let deepest = 32

    let text: String
    let bytes: [UInt8]
    let deepestArrays: Int
    var position = 0
    var arrays = 0
    var structures = 0

    init(_ text: String, deepestArrays: Int = deepest) {
        self.text = text
        self.deepestArrays = deepestArrays
        bytes = Array(text.utf8)
    }

    func refuse(_ reason: String, at place: Int) -> BusSignatureError {
        BusSignatureError(signature: text, position: place + 1, reason: reason)
    }

    mutating func parse() throws(BusSignatureError) -> [BusType] {
        if bytes.count > Self.longest {
            throw refuse("it becomes longer than \(Self.longest) characters", at: Self.longest)
        }
        var types: [BusType] = []
        while position < bytes.count { types.append(try completeType()) }
        return types
    }

    mutating func completeType() throws(BusSignatureError) -> BusType {
        let start = position
        let code = bytes[position]
        position += 1
        if let basic = BusType.basic(code) { return basic }
        switch code {
        case UInt8(ascii: "v"): return .variant
        case UInt8(ascii: "a"): return .array(try element(ofArrayAt: start))
        case UInt8(ascii: "("): return try structure(at: start)
        case UInt8(ascii: ")"): throw refuse("\")\" closes no struct", at: start)
        case UInt8(ascii: "{"): throw refuse("a dict entry stands outside an array: write a{…}", at: start)
        case UInt8(ascii: "}"): throw refuse("\"}\" closes no dict entry", at: start)
        default: throw refuse("\(Self.shown(code)) is no type code: there are y b n q i u x t d s o g h v a ( {", at: start)
        }
    }

    mutating func element(ofArrayAt start: Int) throws(BusSignatureError) -> BusType {
        arrays += 1
        defer { arrays -= 1 }
        if arrays > deepestArrays { throw refuse("arrays are nested more than \(Self.deepest) deep", at: start) }
        guard position < bytes.count else { throw refuse("an array has no element type", at: start) }
        switch bytes[position] {
        case UInt8(ascii: "{"): return try entry()
        case UInt8(ascii: ")"), UInt8(ascii: "}"): throw refuse("an array has no element type", at: start)
        default: return try completeType()
        }
    }

    mutating func structure(at start: Int) throws(BusSignatureError) -> BusType {
        structures += 1
        defer { structures -= 1 }
        if structures > Self.deepest { throw refuse("structs are nested more than \(Self.deepest) deep", at: start) }
        var members: [BusType] = []
        while position < bytes.count {
            if bytes[position] == UInt8(ascii: ")") {
                position += 1
                if members.isEmpty { throw refuse("a struct has no members", at: start) }
                return .structure(members)
            }
            members.append(try completeType())
        }
        throw refuse("a struct is not closed with \")\"", at: start)
    }

    mutating func entry() throws(BusSignatureError) -> BusType {
        let start = position
        position += 1
        guard position < bytes.count else { throw refuse("a dict entry is not closed with \"}\"", at: start) }
        if bytes[position] == UInt8(ascii: "}") { throw refuse("a dict entry needs a key and a value type", at: start) }
        let keyPosition = position
        guard let key = BusType.basic(bytes[position]) else {
            throw refuse("a dict entry's key must be one basic type, not \(Self.shown(bytes[position]))", at: keyPosition)
        }
        position += 1
        guard position < bytes.count else { throw refuse("a dict entry is not closed with \"}\"", at: start) }
        if bytes[position] == UInt8(ascii: "}") { throw refuse("a dict entry has a key but no value type", at: start) }
        let value = try completeType()
        guard position < bytes.count else { throw refuse("a dict entry is not closed with \"}\"", at: start) }
        guard bytes[position] == UInt8(ascii: "}") else {
            throw refuse("a dict entry has more than a key and a value type", at: position)
        }
        position += 1
        return .entry(key: key, value: value)
    }

    static func shown(_ byte: UInt8) -> String {
        (0x21...0x7e).contains(byte) ? "\"\(Character(UnicodeScalar(byte)))\"" : "the byte \(byte)"
    }
}
