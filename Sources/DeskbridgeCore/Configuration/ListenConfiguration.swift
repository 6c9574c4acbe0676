/// Where the bridge listens: on loopback, whatever the file says.
package struct ListenConfiguration: Sendable, Hashable {
    /// 0 lets the system choose a free one.
    package var port = 7420
    /// `127.0.0.1`, `::1`, or both.
    package var addresses = Self.loopback

    package init() {}

    static let loopback = ["127.0.0.1", "::1"]
    static let ports = 0...65_535
}

extension ListenConfiguration {
    mutating func read(_ node: YAMLNode?, _ errors: inout [DefinitionError]) {
        var reader = MappingReader(node, "listen")
        reader.read("port", into: &port) { node, what throws(DefinitionError) in try node.integer(what, in: Self.ports) }
        if reader.node("addresses") != nil {
            var seen: Set<String> = []
            addresses = reader.requiredEntries("addresses", advice: "leave the key out for 127.0.0.1 and ::1") { address throws(Flaw) in
                guard Self.loopback.contains(where: address.isSame) else {
                    throw Flaw("listen.addresses can't have \"\(address)\": it takes 127.0.0.1 and ::1, nothing beyond this machine")
                }
                guard seen.insert(address).inserted else { throw Flaw("listen.addresses has \"\(address)\" twice") }
                return address
            }
        }
        errors += reader.finish()
    }
}

extension ListenConfiguration {
    static let schema = MappingSchema([
        .optional("port", "TCP port; 0 lets the system choose a free one.", .integer(in: ports), default: .integer(Int64(Self().port))),
        .optional(
            "addresses", "Loopback addresses to listen on: 127.0.0.1 and ::1, and no others.",
            .list(of: .word(loopback), atLeast: 1, areUnique: true), default: .array(loopback.map(JSONValue.string))),
    ])
}
