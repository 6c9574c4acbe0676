import DBus
import DeskbridgeCore

extension BusHandler {
    /// What the peer says of itself that contradicts the plan, in words for the person who wrote the action.
    ///
    /// Asks only a peer that runs, and starts none; nil if it does not, says nothing, or agrees. Peers may describe themselves wrongly,
    /// so this is advice and never a reason to refuse a call.
    package func review(_ plan: BusPlan) async -> String? {
        guard let introspect = plan.introspection, let reply = try? await connection(to: plan.bus).call(introspect),
            case .string(let xml)? = reply.first, xml.utf8.count <= Self.longestDescription
        else { return nil }
        return IntrospectionData(xml).contradiction(of: plan.call)
    }

    /// Longer descriptions are not read.
    private static let longestDescription = 1 << 20
}

extension BusPlan {
    fileprivate var introspection: BusCall? {
        guard let interface = try? InterfaceName("org.freedesktop.DBus.Introspectable"), let member = try? MemberName("Introspect") else {
            return nil
        }
        return try? BusCall(
            destination: call.destination, path: call.path, interface: interface, member: member, timeout: .seconds(2), startsService: false
        )
    }
}

extension IntrospectionData {
    /// Only names that are valid in D-Bus are repeated from what the peer wrote.
    func contradiction(of call: BusCall) -> String? {
        guard !interfaces.isEmpty else { return nil }
        guard let methods = interfaces[call.interface.text] else {
            let nearest = NearestName.of(call.interface.text, in: interfaces.keys.sorted()).flatMap { try? InterfaceName($0) }
            return "the peer says that the object has no interface \(call.interface)" + Self.hint(nearest?.text)
        }
        guard let signature = methods[call.member.text] else {
            let nearest = NearestName.of(call.member.text, in: methods.keys.sorted()).flatMap { try? MemberName($0) }
            return "the peer says that \(call.interface) has no method \(call.member)" + Self.hint(nearest?.text)
        }
        guard signature != call.signature.text, let expected = try? BusSignature(signature) else { return nil }
        return "the peer says that \(call.member) takes the signature \"\(expected)\", not \"\(call.signature)\""
    }

    private static func hint(_ nearest: String?) -> String { nearest.map { "; did you mean \($0)?" } ?? "" }
}
