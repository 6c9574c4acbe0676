/// A web origin, spelled as browsers send it (RFC 6454 section 6.2, WHATWG URL host serializing): `https://studio.example`.
///
/// There is one spelling of an origin, and an `Origin` header must equal it byte for byte.
package struct Origin: Sendable, Hashable, CustomStringConvertible {
    package let description: String

    /// - Throws: ``Flaw`` if the text is no origin, or is one in another spelling; it then says the right one.
    package init(_ text: String) throws(Flaw) {
        guard !text.contains("*") else { throw Flaw("\"\(text)\" is no origin: each origin is written out, * is not possible") }
        guard text != "null" else {
            throw Flaw("\"null\" is the origin of any sandboxed page and local file, so it can't be told apart and is refused")
        }
        let spelling = try Self.spelling(of: text)
        guard spelling.isSame(as: text) else { throw Flaw("\"\(text)\" is not how browsers spell this origin: write \"\(spelling)\"") }
        description = text
    }

    /// Whether an `Origin` header with this value means this origin.
    package func matches(header value: String) -> Bool { description.isSame(as: value) }

    private static func spelling(of text: String) throws(Flaw) -> String {
        let flaw = Flaw("\"\(text)\" is no origin such as https://studio.example or http://localhost:3000")
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw text.utf8.contains(where: { $0 >= 0x80 }) ? Flaw("\"\(text)\" must be in ASCII: write the host as xn--…") : flaw
        }
        let parts = text.split(separator: "://", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { throw flaw }
        let scheme = try scheme(parts[0].lowercased(), in: text)
        var authority = parts[1].prefix { !"/?#\\".contains($0) }
        if let at = authority.lastIndex(of: "@") { authority = authority[authority.index(after: at)...] }

        var host = authority.lowercased()[...]
        var port: Substring?
        if let colon = host.lastIndex(of: ":"), !host[colon...].contains("]") {
            port = host[host.index(after: colon)...]
            host = host[..<colon]
        }
        guard let name = OriginHost.spelling(of: host) else { throw flaw }
        guard let port, !port.isEmpty else { return "\(scheme)://\(name)" }
        guard port.utf8.count <= 5, let number = UInt16(port), number > 0, port.utf8.first != UInt8(ascii: "+") else { throw flaw }
        return number == defaultPorts[scheme] ? "\(scheme)://\(name)" : "\(scheme)://\(name):\(number)"
    }

    private static let defaultPorts: [String: UInt16] = ["http": 80, "https": 443]

    private static func scheme(_ scheme: String, in text: String) throws(Flaw) -> String {
        guard let first = scheme.utf8.first, first.isLowercaseLetter,
            scheme.utf8.allSatisfy({ $0.isLowercaseLetter || $0.isDigit || "+-.".utf8.contains($0) })
        else { throw Flaw("\"\(text)\" is no origin: it must start with a scheme such as https://") }
        switch scheme {
        case "ws": throw Flaw("\"\(text)\" is no origin: a page that opens a WebSocket has an origin with http://")
        case "wss": throw Flaw("\"\(text)\" is no origin: a page that opens a WebSocket has an origin with https://")
        case "file", "data", "blob", "about", "javascript": throw Flaw("\"\(text)\" is no origin: browsers send \"null\" for \(scheme):")
        default: return scheme
        }
    }
}
