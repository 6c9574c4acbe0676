package import DBus
import DeskbridgeCore

/// The signal that a planned step waits for after its call.
package struct BusUntilPlan: Sendable, Equatable {
    enum Path: Sendable, Equatable {
        case known(ObjectPath)
        case reply(ValuePlace)
    }

    package let sender: BusName
    let path: Path
    package let interface: InterfaceName
    package let member: MemberName
    package let signature: BusSignature
    let conditions: [AwaitedArgument<AwaitedValue>]
    package let timeout: Duration
    let expectations: [AwaitedArgument<AwaitedValue>]
    let otherwise: Failure.Kind
    let shownSender: String
    let shownPath: String

    var shown: JSONValue {
        var shown: JSONObject = [
            "interface": .string(interface.text), "member": .string(member.text), "path": .string(shownPath),
            "sender": .string(shownSender), "signature": .string(signature.text),
        ]
        if !conditions.isEmpty { shown["where"] = Self.shown(conditions) }
        shown["timeout"] = .string(Units.text(timeout))
        if !expectations.isEmpty {
            shown["expect"] = Self.shown(expectations)
            shown["otherwise"] = .string(otherwise.rawValue)
        }
        return .object(shown)
    }

    private static func shown(_ arguments: [AwaitedArgument<AwaitedValue>]) -> JSONValue {
        let members = arguments.map { argument -> (String, JSONValue) in
            let values = argument.values.map(\.shown)
            return (argument.place.description, values.count == 1 ? values[0] : .array(values))
        }
        return .object(JSONObject(members, uniquingKeysWith: { _, last in last }))
    }
}
