/// What an object says of itself (D-Bus Specification, "Introspection Data Format"): its interfaces with their methods and signals, and the
/// names of the objects right beneath it.
///
/// Reads only the elements and attributes that matter. What comes from a peer need not be well-formed: the rest is passed over.
struct IntrospectionData: Sendable, Equatable {
    struct Method: Sendable, Equatable {
        /// The signature of the arguments that go in.
        var takes = ""
        /// The signature of those that come back.
        var returns = ""
    }

    struct Interface: Sendable, Equatable {
        var methods: [String: Method] = [:]
        /// By name: the signature of its arguments.
        var signals: [String: String] = [:]
    }

    private(set) var interfaces: [String: Interface] = [:]
    private(set) var children: [String] = []

    private enum Member {
        case method(String)
        case signal(String)
    }

    init(_ xml: String) {
        var bytes = Array(xml.utf8)[...]
        var interface: String?
        var member: Member?
        var depth = 0
        while let tag = Self.nextTag(&bytes) {
            switch tag.name {
            case "node":
                if depth == 1, let name = tag.attributes["name"] { children.append(name) }
                if !tag.isClosed { depth += 1 }
            case "/node": depth -= 1
            // Descriptions of other objects may stand within this one.
            case _ where depth > 1: break
            case "interface":
                interface = tag.attributes["name"]
                member = nil
                if let interface { interfaces[interface] = interfaces[interface] ?? Interface() }
            case "/interface": interface = nil
            case "method":
                member = tag.attributes["name"].map(Member.method)
                if let interface, case .method(let name)? = member { interfaces[interface]?.methods[name] = Method() }
            case "signal":
                member = tag.attributes["name"].map(Member.signal)
                if let interface, case .signal(let name)? = member { interfaces[interface]?.signals[name] = "" }
            case "/method", "/signal", "property": member = nil
            case "arg":
                guard let interface, let member, let type = tag.attributes["type"] else { break }
                add(type, isReturned: tag.attributes["direction"] == "out", to: member, of: interface)
            default: break
            }
        }
    }

    /// Arguments of methods go in unless they say otherwise; those of signals have no direction.
    private mutating func add(_ type: String, isReturned: Bool, to member: Member, of interface: String) {
        switch member {
        case .method(let name) where isReturned: interfaces[interface]?.methods[name]?.returns += type
        case .method(let name): interfaces[interface]?.methods[name]?.takes += type
        case .signal(let name): interfaces[interface]?.signals[name]? += type
        }
    }

    private struct Tag {
        var name: String
        var attributes: [String: String] = [:]
        /// Whether it ends itself: `<node/>`.
        var isClosed = false
    }

    private static func nextTag(_ bytes: inout ArraySlice<UInt8>) -> Tag? {
        while let start = bytes.firstIndex(of: UInt8(ascii: "<")) {
            bytes = bytes[(start + 1)...]
            if bytes.starts(with: "!--".utf8) {
                skip(past: "-->", &bytes)
                continue
            }
            var tag = Tag(name: word(&bytes))
            while let attribute = nextAttribute(&bytes, &tag.isClosed) { tag.attributes[attribute.name] = attribute.value }
            return tag
        }
        return nil
    }

    /// `name="value"` or `name='value'`; nil at the end of the tag.
    private static func nextAttribute(_ bytes: inout ArraySlice<UInt8>, _ isClosed: inout Bool) -> (name: String, value: String)? {
        let between = bytes.prefix { isSpace($0) || $0 == UInt8(ascii: "/") }
        isClosed = between.contains(UInt8(ascii: "/"))
        bytes = bytes[between.endIndex...]
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
