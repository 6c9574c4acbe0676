/// What an object says of its methods (D-Bus Specification, "Introspection Data Format"): its interfaces, their methods, what those take.
///
/// Reads only the elements and attributes that matter. What comes from a peer need not be well-formed: the rest is passed over.
struct IntrospectionData: Sendable, Equatable {
    /// By interface, then by method: the signature of the arguments that go in.
    private(set) var interfaces: [String: [String: String]] = [:]

    init(_ xml: String) {
        var bytes = Array(xml.utf8)[...]
        var interface: String?
        var method: String?
        while let tag = Self.nextTag(&bytes) {
            switch tag.name {
            case "interface":
                interface = tag.attributes["name"]
                method = nil
                if let interface { interfaces[interface] = interfaces[interface] ?? [:] }
            case "method":
                method = tag.attributes["name"]
                if let interface, let method { interfaces[interface]?[method] = "" }
            case "arg":
                // Arguments of methods go in unless they say otherwise.
                guard let interface, let method, tag.attributes["direction"] ?? "in" == "in", let type = tag.attributes["type"] else {
                    break
                }
                interfaces[interface]?[method]? += type
            case "/method", "signal", "property": method = nil
            case "/interface": interface = nil
            default: break
            }
        }
    }

    private struct Tag {
        var name: String
        var attributes: [String: String] = [:]
    }

    private static func nextTag(_ bytes: inout ArraySlice<UInt8>) -> Tag? {
        while let start = bytes.firstIndex(of: UInt8(ascii: "<")) {
            bytes = bytes[(start + 1)...]
            if bytes.starts(with: "!--".utf8) {
                skip(past: "-->", &bytes)
                continue
            }
            var tag = Tag(name: word(&bytes))
            while let attribute = nextAttribute(&bytes) { tag.attributes[attribute.name] = attribute.value }
            return tag
        }
        return nil
    }

    /// `name="value"` or `name='value'`; nil at the end of the tag.
    private static func nextAttribute(_ bytes: inout ArraySlice<UInt8>) -> (name: String, value: String)? {
        bytes = bytes.drop { isSpace($0) || $0 == UInt8(ascii: "/") }
        let name = word(&bytes)
        bytes = bytes.drop(while: isSpace)
        guard !name.isEmpty, bytes.first == UInt8(ascii: "=") else { return nil }
        bytes = bytes.dropFirst().drop(while: isSpace)
        guard let quote = bytes.first, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'"),
            let end = bytes.dropFirst().firstIndex(of: quote)
        else { return nil }
        let value = String(decoding: bytes[(bytes.startIndex + 1)..<end], as: UTF8.self)
        bytes = bytes[(end + 1)...]
        return (name, value)
    }

    private static func word(_ bytes: inout ArraySlice<UInt8>) -> String {
        let slash = bytes.first == UInt8(ascii: "/") ? 1 : 0
        let rest = bytes.dropFirst(slash).prefix { !isSpace($0) && !"=<>/\"'".utf8.contains($0) }
        defer { bytes = bytes[rest.endIndex...] }
        return String(decoding: bytes.prefix(slash) + rest, as: UTF8.self)
    }

    private static func skip(past mark: String, _ bytes: inout ArraySlice<UInt8>) {
        while !bytes.isEmpty, !bytes.starts(with: mark.utf8) { bytes = bytes.dropFirst() }
        bytes = bytes.dropFirst(mark.utf8.count)
    }

    private static func isSpace(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0a, 0x0d].contains(byte) }
}
