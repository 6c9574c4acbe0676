// The bus's own names (D-Bus Specification, "Message Bus Messages" and "Standard Interfaces"). They are written out and so valid.

extension BusName {
    /// The bus itself.
    package static let bus = BusName(valid: "org.freedesktop.DBus")
}

extension ObjectPath {
    package static let bus = ObjectPath(valid: "/org/freedesktop/DBus")
}

extension InterfaceName {
    package static let bus = InterfaceName(valid: "org.freedesktop.DBus")
    package static let introspectable = InterfaceName(valid: "org.freedesktop.DBus.Introspectable")
    package static let properties = InterfaceName(valid: "org.freedesktop.DBus.Properties")
}

extension MemberName {
    static let addMatch = MemberName(valid: "AddMatch")
    static let introspect = MemberName(valid: "Introspect")
    static let nameOwnerChanged = MemberName(valid: "NameOwnerChanged")
    static let requestName = MemberName(valid: "RequestName")
}

extension ErrorName {
    static let failed = ErrorName(valid: BusError.Name.failed)
    static let invalidArguments = ErrorName(valid: BusError.Name.invalidArgs)
    static let limitsExceeded = ErrorName(valid: BusError.Name.limitsExceeded)
    static let unknownMethod = ErrorName(valid: BusError.Name.unknownMethod)
    static let unknownObject = ErrorName(valid: BusError.Name.unknownObject)
}
