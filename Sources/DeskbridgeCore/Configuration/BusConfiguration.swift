/// Whether programs on the message bus find the bridge there.
package struct BusConfiguration: Sendable, Hashable {
    package enum Ownership: String, Sendable, CaseIterable {
        /// The bridge takes its name as soon as there is a bus and nobody else has the name.
        case auto
        /// It does not.
        case never
    }

    package var own = Ownership.auto
    /// `session`, or the address of a bus that begins with `unix:`.
    package var address = "session"

    package init() {}
}

extension BusConfiguration {
    mutating func read(_ node: YAMLNode?, _ errors: inout [DefinitionError]) {
        var reader = MappingReader(node, "bus")
        reader.read("own", into: &own) { node, what throws(DefinitionError) in try node.choice(what) }
        reader.read("address", into: &address) { node, what throws(DefinitionError) in
            let text = try node.string(what)
            guard text == "session" || BusNameShape.isUnixAddress(text) else {
                throw node.error("\(what) can't be \"\(text)\": write session or an address such as unix:path=/run/user/1000/bus")
            }
            return text
        }
        errors += reader.finish()
    }
}

extension BusConfiguration {
    static let schema = MappingSchema([
        .optional(
            "own", "Whether the bridge takes the name io.github.deskbridge1 on the bus: auto as soon as it can, or never.",
            .word(of: Ownership.self), default: .string(Self().own.rawValue)),
        .optional(
            "address", "On which bus: session, or an address.", .text("^(session$|unix:)"), default: .string(Self().address),
            examples: ["unix:path=/run/user/1000/bus"]),
    ])
}
