/// D-Bus methods that actions may call: `BUS DESTINATION [INTERFACE.MEMBER]`.
///
/// BUS is `session`, `system` or the address of a Unix socket. `INTERFACE.*` stands for all methods of an interface;
/// `*`, or nothing, for all of the destination.
package struct BusGrant: Sendable, Hashable {
    private enum Methods: Hashable {
        case all
        case of(interface: String, member: String?)
    }

    private let bus: String
    private let destination: String
    private let methods: Methods

    /// - Throws: ``Flaw`` if a part is missing or is no valid name.
    package init(_ text: String) throws(Flaw) {
        let parts = text.split(separator: " ", omittingEmptySubsequences: true).map(String.init)
        guard (2...3).contains(parts.count) else {
            throw Flaw("\"\(text)\" must have the form BUS DESTINATION INTERFACE.MEMBER")
        }
        bus = parts[0]
        guard bus == "session" || bus == "system" || BusNameShape.isUnixAddress(bus) else {
            throw Flaw("\"\(bus)\" is no bus: write session, system or an address such as unix:path=/run/user/1000/bus")
        }
        destination = parts[1]
        guard !destination.hasPrefix(":") else {
            throw Flaw("\"\(destination)\" is the name of one connection and changes with each start: grant a well-known name")
        }
        guard BusNameShape.isWellKnownName(destination) else {
            throw Flaw("\"\(destination)\" is no bus name such as org.freedesktop.Notifications")
        }
        methods = try Self.methods(parts.count == 3 ? parts[2] : "*")
    }

    private static func methods(_ text: String) throws(Flaw) -> Methods {
        if text == "*" { return .all }
        let dot = text.lastIndex(of: ".")
        let interface = dot.map { text[..<$0] } ?? ""
        guard let dot, BusNameShape.isInterface(interface) else {
            throw Flaw("\"\(text)\" must be INTERFACE.MEMBER such as org.freedesktop.Notifications.Notify, INTERFACE.* or *")
        }
        let member = text[text.index(after: dot)...]
        if member == "*" { return .of(interface: String(interface), member: nil) }
        guard BusNameShape.isMember(member) else {
            throw Flaw("\"\(member)\" in \"\(text)\" is no method name: it has only letters, digits and _, and no digit first")
        }
        return .of(interface: String(interface), member: String(member))
    }

    package func covers(bus: String, destination: String, interface: String, member: String) -> Bool {
        guard bus.isSame(as: self.bus), destination.isSame(as: self.destination) else { return false }
        return switch methods {
        case .all: true
        case .of(let granted, let method): interface.isSame(as: granted) && method.map(member.isSame) ?? true
        }
    }
}

extension BusGrant: CustomStringConvertible {
    package var description: String {
        switch methods {
        case .all: "\(bus) \(destination) *"
        case .of(let interface, let member): "\(bus) \(destination) \(interface).\(member ?? "*")"
        }
    }
}

extension String {
    /// Equality of bytes: `==` also equates texts that Unicode calls canonically equivalent.
    func isSame(as other: String) -> Bool { utf8.elementsEqual(other.utf8) }
}
