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
    static let failed = ErrorName(valid: "org.freedesktop.DBus.Error.Failed")
    static let invalidArguments = ErrorName(valid: "org.freedesktop.DBus.Error.InvalidArgs")
    static let limitsExceeded = ErrorName(valid: "org.freedesktop.DBus.Error.LimitsExceeded")
    package static let propertyReadOnly = ErrorName(valid: "org.freedesktop.DBus.Error.PropertyReadOnly")
    package static let unknownInterface = ErrorName(valid: "org.freedesktop.DBus.Error.UnknownInterface")
    static let unknownMethod = ErrorName(valid: "org.freedesktop.DBus.Error.UnknownMethod")
    static let unknownObject = ErrorName(valid: "org.freedesktop.DBus.Error.UnknownObject")
    package static let unknownProperty = ErrorName(valid: "org.freedesktop.DBus.Error.UnknownProperty")
}
