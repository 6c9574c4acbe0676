extension JSONValue {
    /// The value as compact JSON in UTF-8, members in their own order.
    package var bytes: [UInt8] {
        var writer = JSONWriter()
        writer.write(self)
        return writer.bytes
    }

    /// The value as compact JSON text.
    package var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The value as JSON for people: two spaces a level, one member a line.
    package var prettyText: String {
        var writer = JSONWriter(isPretty: true)
        writer.write(self)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

/// Writes JSON into a byte buffer.
package struct JSONWriter {
    package private(set) var bytes: [UInt8] = []
    private let isPretty: Bool
    private let sortsMembers: Bool
    private var depth = 0

    /// - Parameter sortsMembers: orders members by the bytes of their names, so that equal objects give equal text.
    package init(isPretty: Bool = false, sortsMembers: Bool = false) {
        self.isPretty = isPretty
        self.sortsMembers = sortsMembers
    }

    package mutating func write(_ value: JSONValue) {
        switch value {
        case .null: append("null")
        case .bool(let value): append(value ? "true" : "false")
        case .integer(let value): append(String(value))
        case .decimal(let value): append(value.text)
        case .string(let value): write(string: value)
        case .array(let elements):
            list("[", "]", elements.count) { writer, position in writer.write(elements[position]) }
        case .object(let members):
            let ordered = sortsMembers ? members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) } : Array(members)
            list("{", "}", ordered.count) { writer, position in
                writer.write(string: ordered[position].key)
                writer.append(writer.isPretty ? ": " : ":")
                writer.write(ordered[position].value)
            }
        }
    }

    private mutating func list(_ open: String, _ close: String, _ count: Int, _ element: (inout JSONWriter, Int) -> Void) {
        append(open)
        depth += 1
        for position in 0..<count {
            if position > 0 { append(",") }
            newLine()
            element(&self, position)
        }
        depth -= 1
        if count > 0 { newLine() }
        append(close)
    }

    private mutating func newLine() {
        guard isPretty else { return }
        bytes.append(0x0A)
        bytes.append(contentsOf: repeatElement(0x20, count: depth * 2))
    }

    private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

    private mutating func write(string: String) {
        bytes.append(UInt8(ascii: "\""))
        for byte in string.utf8 {
            switch byte {
            case UInt8(ascii: "\""): append("\\\"")
            case UInt8(ascii: "\\"): append("\\\\")
            case 0x0A: append("\\n")
            case 0x0D: append("\\r")
            case 0x09: append("\\t")
            case 0..<0x20, 0x7F:
                append("\\u00")
                append((byte < 0x10 ? "0" : "") + String(byte, radix: 16))
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
