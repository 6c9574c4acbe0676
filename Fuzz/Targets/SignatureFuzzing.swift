import DeskbridgeCore

@testable import DBus
@testable import DeskbridgeActions

/// A signature in the first line, and its arguments as a JSON array in the rest: what libdbus is given, it gives back.
enum SignatureFuzzing {
    static func take(_ bytes: [UInt8]) {
        let (text, rest) = bytes.lines
        guard let signature = try? BusSignature(text) else { return }
        precondition(signature.types.map(\.code).joined() == text, "reads differently: \(text)")
        guard let arguments = try? JSONParser.parse(Array(rest)).arrayValue,
            let values = try? BusEncoding.values(arguments, as: signature), let call = try? call(values)
        else { return }
        precondition(call.signature == signature, "\(call.signature) is not \(signature)")
        guard let message = try? BusMessage(call), case .success(let read) = message.outcome else { return }
        precondition(read == values, "\(read) is not \(values)")
    }

    private static func call(_ values: [BusValue]) throws -> BusCall {
        try BusCall(
            destination: BusName("org.example.Fuzz"), path: ObjectPath("/"), interface: InterfaceName("org.example.Fuzz"),
            member: MemberName("Take"), arguments: values)
    }
}
