import DBus
import DeskbridgeCore

/// Something that a peer says of itself and that a step says otherwise.
struct BusContradiction: Sendable, Hashable {
    enum Key: Sendable, Hashable {
        /// A key of the step.
        case call(String)
        /// A key of its `until`.
        case until(String)
    }

    let key: Key
    let message: String
}

extension IntrospectionData {
    /// What an object that describes itself so says otherwise of the method that is called, and of what that returns. Only names that are
    /// valid in D-Bus are repeated from what the peer wrote.
    func contradiction(of subject: BusSubject) -> BusContradiction? {
        guard let interface = interfaces[subject.interface.text] else {
            return BusContradiction(key: .call("interface"), message: missing(subject.interface))
        }
        guard let method = interface.methods[subject.member.text] else {
            let nearest = NearestName.of(subject.member.text, in: interface.methods.keys.sorted()).flatMap { try? MemberName($0) }
            return BusContradiction(
                key: .call("member"),
                message: "the peer says that \(subject.interface) has no method \(subject.member)\(Self.hint(nearest?.text))")
        }
        if method.takes != subject.signature.text, let expected = try? BusSignature(method.takes) {
            return BusContradiction(
                key: .call("signature"),
                message: "the peer says that \(subject.member) takes the signature \"\(expected)\", not \"\(subject.signature)\"")
        }
        if let position = subject.signal?.replyPosition, let returned = try? BusSignature(method.returns), position >= returned.types.count
        {
            return BusContradiction(
                key: .call("until"),
                message: "{reply.\(position)} is named, and the peer says that \(subject.member) returns "
                    + (returned.types.isEmpty ? "nothing" : "the signature \"\(returned)\""))
        }
        return nil
    }

    /// What an object that describes itself so says otherwise of a signal that it should send.
    func contradiction(of signal: BusSubject.Signal) -> BusContradiction? {
        guard let interface = interfaces[signal.interface.text] else {
            return BusContradiction(key: .until("interface"), message: missing(signal.interface))
        }
        guard let signature = interface.signals[signal.member.text] else {
            let nearest = NearestName.of(signal.member.text, in: interface.signals.keys.sorted()).flatMap { try? MemberName($0) }
            return BusContradiction(
                key: .until("member"),
                message: "the peer says that \(signal.interface) has no signal \(signal.member)\(Self.hint(nearest?.text))")
        }
        guard signature != signal.signature.text, let expected = try? BusSignature(signature) else { return nil }
        return BusContradiction(
            key: .until("signature"),
            message: "the peer says that the signal \(signal.member) has the signature \"\(expected)\", not \"\(signal.signature)\"")
    }

    private func missing(_ interface: InterfaceName) -> String {
        let nearest = NearestName.of(interface.text, in: interfaces.keys.sorted()).flatMap { try? InterfaceName($0) }
        return "the peer says that the object has no interface \(interface)\(Self.hint(nearest?.text))"
    }

    private static func hint(_ nearest: String?) -> String { nearest.map { "; did you mean \($0)?" } ?? "" }
}
