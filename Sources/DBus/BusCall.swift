/// One method call, checked whole: what is made from it is a valid message.
package struct BusCall: Sendable, Hashable {
    package let destination: BusName
    package let path: ObjectPath
    package let interface: InterfaceName
    package let member: MemberName
    package let arguments: [BusValue]
    package let signature: BusSignature
    /// How long to wait for the reply, the time to connect included.
    package let timeout: Duration
    /// Whether the bus may start the destination if it does not run.
    package let startsService: Bool

    /// - Throws: ``BusError`` of kind `invalid` if the arguments break a rule or a limit of D-Bus, or interface or path is one of those
    ///   reserved for use within a process (`org.freedesktop.DBus.Local`): the bus drops connections that send them.
    package init(
        destination: BusName, path: ObjectPath, interface: InterfaceName, member: MemberName, arguments: [BusValue] = [],
        timeout: Duration = .seconds(25), startsService: Bool = true
    ) throws(BusError) {
        if interface.text == "org.freedesktop.DBus.Local" || path.text == "/org/freedesktop/DBus/Local" {
            throw .invalid("org.freedesktop.DBus.Local is reserved and must not be called")
        }
        signature = try MarshalledSize.check(arguments, header: [destination.text, path.text, interface.text, member.text])

        self.destination = destination
        self.path = path
        self.interface = interface
        self.member = member
        self.arguments = arguments
        self.timeout = timeout
        self.startsService = startsService
    }
}
