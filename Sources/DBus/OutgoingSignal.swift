/// A signal for others on the bus, checked whole.
package struct OutgoingSignal: Sendable, Hashable {
    /// The only receiver; nil for all who asked the bus for such signals.
    package let destination: BusName?
    package let path: ObjectPath
    package let interface: InterfaceName
    package let member: MemberName
    package let arguments: [BusValue]

    /// - Throws: ``BusError`` of kind `invalid` if the arguments break a rule or a limit of D-Bus.
    package init(
        to destination: BusName? = nil, path: ObjectPath, interface: InterfaceName, member: MemberName, arguments: [BusValue] = []
    ) throws(BusError) {
        _ = try MarshalledSize.check(arguments, header: [destination?.text ?? "", path.text, interface.text, member.text])
        self.destination = destination
        self.path = path
        self.interface = interface
        self.member = member
        self.arguments = arguments
    }
}
