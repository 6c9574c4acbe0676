import DBus

/// `org.freedesktop.DBus.Properties` of the bridge's object: what anybody on the bus may know.
enum BusProperties {
    private static let values: [String: BusValue] = ["Version": .string(Version.text)]
    private static let signatures = ["Get": "ss", "GetAll": "s", "Set": "ssv"]

    static func answer(_ call: BusIncomingCall) {
        guard let expected = signatures[call.member.text] else { return call.fail(.unknownMethod(call)) }
        guard call.arguments.map(\.type.code).joined() == expected else {
            return call.fail(.invalidArguments("\(call.member) takes the arguments \"\(expected)\"."))
        }
        let texts = call.arguments.compactMap { if case .string(let text) = $0 { text } else { nil } }
        let (interface, name) = (texts[0], texts.dropFirst().first ?? "")
        // The specification lets an empty interface stand for any.
        guard interface.isEmpty || interface == BusInterface.interface.text else {
            return call.fail(
                BusMethodError(.unknownInterface, "\(BusInterface.path) has no properties of \(interface.prefix(255))."))
        }
        if call.member.text == "GetAll" { return call.reply([all]) }
        guard let value = values[name] else {
            return call.fail(BusMethodError(.unknownProperty, "There is no property \(name.prefix(255))."))
        }
        guard call.member.text == "Get" else { return call.fail(BusMethodError(.propertyReadOnly, "\(name) cannot be set.")) }
        call.reply([.variant(value)])
    }

    private static var all: BusValue {
        .array(
            of: .entry(key: .string, value: .variant),
            values.sorted { $0.key < $1.key }.map { .entry(key: .string($0.key), value: .variant($0.value)) })
    }
}
