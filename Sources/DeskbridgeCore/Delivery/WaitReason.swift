/// What a waiting event waits for.
package enum WaitReason: Sendable, Hashable {
    /// The person at the desk.
    case approval
    /// An owner of a name on a D-Bus bus.
    /// - Parameter bus: as an action names it: `session`, `system` or an address.
    case busName(bus: String, name: String)
}

extension WaitReason {
    /// As the ledger keeps it and clients see it: `{"for":"bus_name","bus":"session","name":"org.example.App"}`.
    package var json: JSONValue {
        switch self {
        case .approval: ["for": "approval"]
        case .busName(let bus, let name): ["for": "bus_name", "bus": .string(bus), "name": .string(name)]
        }
    }

    package init?(json: JSONValue) {
        switch json["for"]?.stringValue {
        case "approval": self = .approval
        case "bus_name":
            guard let bus = json["bus"]?.stringValue, let name = json["name"]?.stringValue else { return nil }
            self = .busName(bus: bus, name: name)
        default: return nil
        }
    }
}

extension WaitReason: CustomStringConvertible {
    /// What stands after "it waits for".
    package var description: String {
        switch self {
        case .approval: "an answer of the person at the desk"
        // The bus owns this name itself.
        case .busName(let bus, "org.freedesktop.DBus"): "the \(bus) bus"
        case .busName(let bus, let name): "\(name) on the \(bus) bus"
        }
    }
}
