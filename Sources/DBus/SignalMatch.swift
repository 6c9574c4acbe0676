/// Which signals are wanted: those that agree in each part that is given.
///
/// D-Bus Specification, "Match Rules".
package struct SignalMatch: Sendable, Hashable {
    /// Who sends it. A well-known name means whoever owns it when the signal is sent.
    package let sender: BusName?
    package let path: ObjectPath?
    package let interface: InterfaceName?
    package let member: MemberName?
    /// The first argument, which must be a string.
    package let arg0: String?

    package init(
        sender: BusName? = nil, path: ObjectPath? = nil, interface: InterfaceName? = nil, member: MemberName? = nil, arg0: String? = nil
    ) {
        self.sender = sender
        self.path = path
        self.interface = interface
        self.member = member
        self.arg0 = arg0
    }

    /// Whether the signal is one of those. The bus need not be trusted to send no others: every rule of a connection lets signals in.
    /// - Parameter owner: the unique name that owns ``sender`` now, if that is a well-known name; nil if nobody does.
    package func matches(_ signal: BusSignal, ownerOfSender owner: String? = nil) -> Bool {
        guard matchesHeader(signal, ownerOfSender: owner) else { return false }
        return arg0 == nil || signal.arguments.first == arg0.map(BusValue.string)
    }

    /// The same without a look at the arguments.
    func matchesHeader(_ signal: BusSignal, ownerOfSender owner: String?) -> Bool {
        if let sender, signal.sender != (trackedSender == nil ? sender.text : owner) { return false }
        return (path == nil || path == signal.path) && (interface == nil || interface == signal.interface)
            && (member == nil || member == signal.member)
    }

    /// The sender if it is a name whose owner must be known, as signals carry that one's unique name. The bus signs with its own name.
    var trackedSender: BusName? { sender.flatMap { $0.isUnique || $0 == .bus ? nil : $0 } }

    /// dbus-daemon refuses longer rules (`DBUS_MAXIMUM_MATCH_RULE_LENGTH` in dbus-protocol.h).
    private static let longestRule = 1024

    /// The rule for the bus. A part that would make it too long, or that no rule can hold, is left out of it; ``matches(_:ownerOfSender:)``
    /// looks at each.
    package var rule: String {
        let parts = [
            ("sender", sender?.text), ("interface", interface?.text), ("member", member?.text), ("path", path?.text), ("arg0", arg0),
        ]
        return parts.reduce("type='signal'") { rule, part in
            guard let value = part.1, !value.utf8.contains(0) else { return rule }
            let longer = "\(rule),\(part.0)=\(Self.quoted(value))"
            return longer.utf8.count > Self.longestRule ? rule : longer
        }
    }

    /// Within apostrophes everything stands for itself but the apostrophe, which is written as `\'` outside of them.
    private static func quoted(_ value: String) -> String {
        "'" + value.split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#) + "'"
    }
}
