internal import Glibc

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
        guard let name = hostSpelling(host) else { throw flaw }
        guard let port, !port.isEmpty else { return "\(scheme)://\(name)" }
        guard port.utf8.count <= 5, let number = UInt16(port), number > 0, port.utf8.first != UInt8(ascii: "+") else { throw flaw }
        return number == defaultPorts[scheme] ? "\(scheme)://\(name)" : "\(scheme)://\(name):\(number)"
    }

    private static let defaultPorts: [String: UInt16] = ["http": 80, "https": 443]

    private static func scheme(_ scheme: String, in text: String) throws(Flaw) -> String {
        guard let first = scheme.utf8.first, isLetter(first), scheme.utf8.allSatisfy({ isLetter($0) || isDigit($0) || "+-.".utf8.contains($0) })
        else { throw Flaw("\"\(text)\" is no origin: it must start with a scheme such as https://") }
        switch scheme {
        case "ws", "wss": throw Flaw("\"\(text)\" is no origin: a page's origin has \(scheme == "ws" ? "http" : "https")://, also for WebSocket")
        case "file", "data", "blob", "about", "javascript": throw Flaw("\"\(text)\" is no origin: browsers send \"null\" for \(scheme):")
        default: return scheme
        }
    }

    private static func hostSpelling(_ host: Substring) -> String? {
        if host.hasPrefix("[") { return host.hasSuffix("]") ? ipv6Spelling(String(host.dropFirst().dropLast())) : nil }
        let name = host.hasSuffix(".") ? host.dropLast() : host
        let labels = name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard name.utf8.count <= 253, labels.allSatisfy({ label in
            (1...63).contains(label.count) && label.allSatisfy { isLetter($0) || isDigit($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") }
        }) else { return nil }
        // A host whose last label is a number is an IPv4 address to browsers, whatever its form.
        guard let last = labels.last, isNumber(last) else { return String(name) }
        let numbers = labels.compactMap { $0.allSatisfy(isDigit) ? UInt8(String(Substring($0))) : nil }
        let isPlain = labels.allSatisfy { $0.count == 1 || $0.first != UInt8(ascii: "0") }
        return labels.count == 4 && numbers.count == 4 && isPlain ? String(name) : nil
    }

    private static func isNumber(_ label: Substring.UTF8View) -> Bool {
        label.allSatisfy(isDigit) || (label.starts(with: "0x".utf8) && label.dropFirst(2).allSatisfy { UnicodeScalar($0).properties.isASCIIHexDigit })
    }

    private static func ipv6Spelling(_ text: String) -> String? {
        var address = in6_addr()
        guard inet_pton(AF_INET6, text, &address) == 1 else { return nil }
        let bytes = withUnsafeBytes(of: address) { Array($0) }
        let groups = stride(from: 0, to: 16, by: 2).map { UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]) }
        // The first of the longest runs of two or more zeros becomes "::" (RFC 5952 section 4.2).
        var longest = 0..<0
        var start = 0
        while start < groups.count {
            let end = groups[start...].firstIndex { $0 != 0 } ?? groups.count
            if end - start > max(1, longest.count) { longest = start..<end }
            start = max(end, start + 1)
        }
        func written(_ part: ArraySlice<UInt16>) -> String { part.map { String($0, radix: 16) }.joined(separator: ":") }
        guard !longest.isEmpty else { return "[\(written(groups[...]))]" }
        return "[\(written(groups[..<longest.lowerBound]))::\(written(groups[longest.upperBound...]))]"
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
