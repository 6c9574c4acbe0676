import DeskbridgeCore

/// The query of a request target (RFC 3986 section 3.4), as forms encode it.
package struct QueryItems: Sendable {
    private let items: [(name: String, value: String)]
    private let target: String

    package init(_ target: String) {
        self.target = target
        let query = target.drop { $0 != "?" }.dropFirst().prefix { $0 != "#" }
        items = query.split(separator: "&").map { item in
            let parts = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (Self.decoded(parts[0]), parts.count > 1 ? Self.decoded(parts[1]) : "")
        }
    }

    /// The members of an object as a query would have them, each element of an array for itself. What is neither text nor number nor truth
    /// is left out.
    init(_ members: JSONObject) {
        target = ""
        items = members.flatMap { name, value in
            (value.arrayValue ?? [value]).compactMap { element -> (name: String, value: String)? in
                switch element {
                case .string(let text): (name, text)
                case .integer, .bool: (name, element.text)
                default: nil
                }
            }
        }
    }

    package var names: [String] { items.map(\.name) }

    package subscript(name: String) -> String? { items.first { $0.name == name }?.value }

    /// Each value of a name, also where one holds several between commas.
    package func all(_ name: String) -> [String] {
        items.filter { $0.name == name }.flatMap { $0.value.split(separator: ",").map(String.init) }
    }

    /// Whether a token stands in the query, under whatever name, or in the path before it or the fragment behind it.
    package var holdsToken: Bool {
        // As it was sent and decoded: no client should send a fragment, say, but what is sent can be logged.
        [target, Self.decoded(target[...])].contains { $0.utf8.contains(BearerToken.prefix.utf8) }
            || items.contains { ["token", "access_token", "bearer", "authorization"].contains($0.name.lowercased()) }
    }

    /// The tokens in it, as far as they have the shape of one.
    package var tokens: [BearerToken] {
        let text = Self.decoded(target[...])
        return text.ranges(of: BearerToken.prefix).compactMap { BearerToken(text[$0.lowerBound...].prefix(BearerToken.length)) }
    }

    private static func decoded(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"): bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                if rest.count >= 2, rest.first != UInt8(ascii: "+"), let value = UInt8(Substring(rest.prefix(2)), radix: 16) {
                    bytes.append(value)
                    rest = rest.dropFirst(2)
                } else {
                    bytes.append(byte)
                }
            default: bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
