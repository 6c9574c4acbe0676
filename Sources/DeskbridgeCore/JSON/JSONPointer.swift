/// A place in a JSON document (RFC 6901).
package struct JSONPointer: Sendable, Hashable, CustomStringConvertible {
    package let text: String

    package static let root = JSONPointer(text: "")

    private init(text: String) { self.text = text }

    package func appending(_ member: String) -> JSONPointer {
        var escaped = ""
        for character in member.unicodeScalars {
            switch character {
            case "~": escaped += "~0"
            case "/": escaped += "~1"
            default: escaped.unicodeScalars.append(character)
            }
        }
        return JSONPointer(text: "\(text)/\(escaped)")
    }

    package func appending(_ index: Int) -> JSONPointer { JSONPointer(text: "\(text)/\(index)") }

    package var description: String { text }
}
