/// A place in a JSON document (RFC 6901).
package struct JSONPointer: Sendable, Hashable, CustomStringConvertible {
    package let text: String

    package static let root = JSONPointer(text: "")

    private init(text: String) { self.text = text }

    package func appending(_ member: String) -> JSONPointer { JSONPointer(text: "\(text)/\(Self.escaped(member))") }

    /// A member's name as one part of a pointer (section 3).
    package static func escaped(_ member: String) -> String {
        var escaped = ""
        for scalar in member.unicodeScalars {
            switch scalar {
            case "~": escaped += "~0"
            case "/": escaped += "~1"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    package func appending(_ index: Int) -> JSONPointer { JSONPointer(text: "\(text)/\(index)") }

    package var description: String { text }
}
