package import DBus
package import DeskbridgeCore

/// One D-Bus method call, to the last byte.
package struct BusPlan: StepPlan {
    package let bus: BusAddress
    package let call: BusCall
    /// Whether the event waits for the destination to run, rather than fail.
    package let waitsForName: Bool
    package let until: BusUntilPlan?
    /// How errors of these names are classed, whatever they usually mean.
    package let errors: [ErrorName: Failure.Kind]
    let shownDestination: String
    let shownPath: String
    let shownArguments: [JSONValue]
    /// Whether something is sent that must never be shown, and that a peer might repeat in an error text.
    let holdsSecret: Bool
    /// What must not be shown of the reply, which a peer may fill with what it was sent, by this call or an earlier one.
    let secrets: [String]

    package var summary: String {
        let until = until.map { ", until \($0.interface).\($0.member)" } ?? ""
        return "call \(call.interface).\(call.member) on \(bus)\(until)"
    }

    package var particulars: [String] {
        let arguments = shownArguments.isEmpty ? "" : " with \(JSONValue.array(shownArguments).text)"
        return ["at \(shownDestination) \(shownPath)\(arguments)"]
    }

    /// What the event waits for if the destination does not run.
    var waitForDestination: WaitReason { .busName(bus: bus.description, name: call.destination.text) }

    /// What it waits for if the bus is away: the bus's own name (D-Bus Specification, "Message Bus Names").
    var waitForBus: WaitReason { .busName(bus: bus.description, name: "org.freedesktop.DBus") }

    package var shown: JSONValue {
        var shown: JSONObject = [
            "bus": .string(bus.description),
            "destination": .string(shownDestination),
            "path": .string(shownPath),
            "interface": .string(call.interface.text),
            "member": .string(call.member.text),
            "signature": .string(call.signature.text),
            "arguments": .array(shownArguments),
            "timeout": .string(Units.text(call.timeout)),
            "start": .string(call.startsService ? "auto" : "never"),
        ]
        if waitsForName { shown["waitFor"] = "name" }
        shown["until"] = until?.shown
        if !errors.isEmpty {
            let sorted = errors.sorted { $0.key.text < $1.key.text }
            shown["errors"] = .object(
                JSONObject(sorted.map { ($0.key.text, .string($0.value.rawValue)) }, uniquingKeysWith: { _, last in last }))
        }
        return .object(shown)
    }
}
