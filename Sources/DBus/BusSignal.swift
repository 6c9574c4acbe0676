/// A signal that came from the bus.
package struct BusSignal: Sendable, Hashable {
    /// The unique name of the connection that sent it; `org.freedesktop.DBus` for those of the bus itself.
    package let sender: String
    package let path: ObjectPath
    package let interface: InterfaceName
    package let member: MemberName
    package let arguments: [BusValue]

    package init(sender: String, path: ObjectPath, interface: InterfaceName, member: MemberName, arguments: [BusValue] = []) {
        self.sender = sender
        self.path = path
        self.interface = interface
        self.member = member
        self.arguments = arguments
    }
}
