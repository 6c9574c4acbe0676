/// Why a text is not the JSON we take: what is wrong, and where, counted from 1 in bytes.
package struct JSONSyntaxError: Error, Sendable, Equatable, CustomStringConvertible {
    package let message: String
    package let line: Int
    package let column: Int

    package var description: String { "line \(line), column \(column): \(message)" }
}

/// Reads JSON strictly (RFC 8259): UTF-8 only, no member twice, no lone surrogate, nothing after the value.
package struct JSONParser {
    /// How many arrays and objects may stand in one another in what others send.
    package static let deepest = 64

    private let bytes: UnsafeBufferPointer<UInt8>
    private let deepest: Int
    private var index = 0
    private var depth = 0

    /// - Parameter deepest: more than the usual depth, for what we wrote ourselves around what others sent.
    package static func parse(_ text: String, deepest: Int = deepest) throws(JSONSyntaxError) -> JSONValue {
        try parse(Array(text.utf8), deepest: deepest)
    }

    package static func parse(_ bytes: [UInt8], deepest: Int = deepest) throws(JSONSyntaxError) -> JSONValue {
        let result = bytes.withUnsafeBufferPointer { buffer in
            Result<JSONValue, JSONSyntaxError> { () throws(JSONSyntaxError) in try document(buffer, deepest: deepest) }
        }
        return try result.get()
    }

    /// Reads one document out of memory that the caller keeps alive for the call.
    package static func document(
        _ bytes: UnsafeBufferPointer<UInt8>, deepest: Int = deepest
    ) throws(JSONSyntaxError) -> JSONValue {
        var parser = JSONParser(bytes: bytes, deepest: deepest)
        parser.skipSpace()
        let value = try parser.value()
        parser.skipSpace()
        guard parser.index == bytes.count else { throw parser.error("there is more after the end of the value") }
        return value
    }

    private init(bytes: UnsafeBufferPointer<UInt8>, deepest: Int) {
        self.bytes = bytes
        self.deepest = deepest
    }

    private var current: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func skipSpace() {
        while index < bytes.count {
            switch bytes[index] {
            case 0x20, 0x09, 0x0A, 0x0D: index += 1
            default: return
            }
        }
    }

    private mutating func value() throws(JSONSyntaxError) -> JSONValue {
        guard let byte = current else { throw error("the text ends where a value is expected") }
        switch byte {
        case UInt8(ascii: "{"): return try object()
        case UInt8(ascii: "["): return try array()
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        case UInt8(ascii: "t"): return try word("true", is: .bool(true))
        case UInt8(ascii: "f"): return try word("false", is: .bool(false))
        case UInt8(ascii: "n"): return try word("null", is: .null)
        default: throw error("a value is expected here, not \(name(of: byte))")
        }
    }

    private mutating func word(_ word: StaticString, is value: JSONValue) throws(JSONSyntaxError) -> JSONValue {
        let end = index + word.utf8CodeUnitCount
        guard end <= bytes.count,
            bytes[index..<end].elementsEqual(UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
        else { throw error("a value is expected here: true, false and null are written in lower case") }
        index = end
        return value
    }

    private mutating func number() throws(JSONSyntaxError) -> JSONValue {
        let start = index
        var small: Int64 = 0
        var isPlain = true
        scan: while index < bytes.count {
            switch bytes[index] {
            case let digit where digit >= UInt8(ascii: "0") && digit <= UInt8(ascii: "9"):
                if index - start < 18 { small = small &* 10 &+ Int64(digit &- UInt8(ascii: "0")) } else { isPlain = false }
            case UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"):
                isPlain = false
            default: break scan
            }
            index += 1
        }
        if isPlain, bytes[start] != UInt8(ascii: "0") || index == start + 1 { return .integer(small) }
        let text = String(decoding: UnsafeBufferPointer(rebasing: bytes[start..<index]), as: UTF8.self)
        guard let value = JSONValue(number: text) else {
            index = start
            throw error("\"\(text.prefix(40))\" is no JSON number, or its exponent is beyond ±\(JSONDecimal.largestExponent)")
        }
        return value
    }

    private mutating func array() throws(JSONSyntaxError) -> JSONValue {
        try descend()
        defer { depth -= 1 }
        var elements: [JSONValue] = []
        skipSpace()
        if current == UInt8(ascii: "]") {
            index += 1
            return .array(elements)
        }
        while true {
            skipSpace()
            elements.append(try value())
            skipSpace()
            switch current {
            case UInt8(ascii: ","): index += 1
            case UInt8(ascii: "]"):
                index += 1
                return .array(elements)
            default: throw error("a comma or the closing ] is expected here")
            }
        }
    }

    private mutating func object() throws(JSONSyntaxError) -> JSONValue {
        try descend()
        defer { depth -= 1 }
        var members = JSONObject()
        skipSpace()
        if current == UInt8(ascii: "}") {
            index += 1
            return .object(members)
        }
        while true {
            skipSpace()
            guard current == UInt8(ascii: "\"") else { throw error("a member name in double quotes is expected here") }
            let start = index
            let name = try string()
            skipSpace()
            guard current == UInt8(ascii: ":") else { throw error("a colon is expected after the member name") }
            index += 1
            skipSpace()
            guard members.updateValue(try value(), forKey: name) == nil else {
                index = start
                throw error("the member \"\(name.prefix(40))\" stands here a second time")
            }
            skipSpace()
            switch current {
            case UInt8(ascii: ","): index += 1
            case UInt8(ascii: "}"):
                index += 1
                return .object(members)
            default: throw error("a comma or the closing } is expected here")
            }
        }
    }

    private mutating func descend() throws(JSONSyntaxError) {
        guard depth < deepest else { throw error("values are nested deeper than \(deepest) levels") }
        depth += 1
        index += 1
    }

    private mutating func string() throws(JSONSyntaxError) -> String {
        index += 1
        let start = index
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\""):
                let text = try utf8(start..<index)
                index += 1
                return text
            case UInt8(ascii: "\\"):
                return try stringWithEscapes(from: start)
            case 0..<0x20: throw error("a control character in a string must be written as an escape")
            default: index += 1
            }
        }
        throw error("the text ends inside a string")
    }

    private func utf8(_ range: Range<Int>) throws(JSONSyntaxError) -> String {
        guard let text = String(validating: UnsafeBufferPointer(rebasing: bytes[range]), as: UTF8.self) else {
            throw error("a string holds bytes that are not UTF-8")
        }
        return text
    }

    private mutating func stringWithEscapes(from start: Int) throws(JSONSyntaxError) -> String {
        var text = try utf8(start..<index)
        while let byte = current {
            switch byte {
            case UInt8(ascii: "\""):
                index += 1
                return text
            case UInt8(ascii: "\\"):
                text.unicodeScalars.append(try escape())
            case 0..<0x20: throw error("a control character in a string must be written as an escape")
            default:
                let run = index
                while let next = current, next != UInt8(ascii: "\""), next != UInt8(ascii: "\\"), next >= 0x20 { index += 1 }
                text += try utf8(run..<index)
            }
        }
        throw error("the text ends inside a string")
    }

    private mutating func escape() throws(JSONSyntaxError) -> Unicode.Scalar {
        index += 1
        guard let letter = current else { throw error("the text ends inside an escape") }
        index += 1
        switch letter {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try unicodeEscape()
        default:
            index -= 1
            throw error("\\\(name(of: letter)) is no JSON escape")
        }
    }

    private mutating func unicodeEscape() throws(JSONSyntaxError) -> Unicode.Scalar {
        let first = try hexadecimal()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard first < 0xDC00, index + 1 < bytes.count, bytes[index] == UInt8(ascii: "\\"), bytes[index + 1] == UInt8(ascii: "u")
        else { throw error("half of a surrogate pair stands alone") }
        index += 2
        let second = try hexadecimal()
        guard (0xDC00...0xDFFF).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (UInt32(first - 0xD800) << 10) + UInt32(second - 0xDC00))
        else { throw error("half of a surrogate pair stands alone") }
        return scalar
    }

    private mutating func hexadecimal() throws(JSONSyntaxError) -> UInt16 {
        guard index + 4 <= bytes.count else { throw error("the text ends inside an escape") }
        var value: UInt16 = 0
        for _ in 0..<4 {
            guard let digit = Character(Unicode.Scalar(bytes[index])).hexDigitValue, bytes[index] < 0x80 else {
                throw error("\\u takes four hexadecimal digits")
            }
            value = value << 4 | UInt16(digit)
            index += 1
        }
        return value
    }

    private func name(of byte: UInt8) -> String {
        byte > 0x20 && byte < 0x7F ? String(Unicode.Scalar(byte)) : "byte 0x" + String(byte, radix: 16, uppercase: true)
    }

    private func error(_ message: String) -> JSONSyntaxError {
        let before = bytes[..<min(index, bytes.count)]
        let lineStart = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        return JSONSyntaxError(
            message: message,
            line: before.count(where: { $0 == 0x0A }) + 1,
            column: before.endIndex - lineStart + 1)
    }
}
