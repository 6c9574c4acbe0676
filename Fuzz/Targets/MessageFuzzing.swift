import CDBus
import DeskbridgeCore

@testable import DBus
@testable import DeskbridgeActions

/// A message of a peer as it comes over the wire: whatever libdbus takes is read whole, and sent again it is the same.
enum MessageFuzzing {
    private static let limits = [0, 64, 1000, 10_000]

    static func take(_ bytes: [UInt8]) {
        guard let message = BusMessage(demarshalling: bytes) else { return }
        var reader = MessageReader(reading: message.raw)
        let values = reader.values()
        let signature = String(cString: dbus_message_get_signature(message.raw))
        promise(values.map(\.type.code).joined() == signature, "\(values) is read of \(signature)")
        for limit in limits {
            let limited = message.arguments(upTo: limit)
            promise((limited == nil) == (reader.weight > limit), "a limit of \(limit) lets \(reader.weight) in")
            var cut = MessageReader(reading: message.raw, upTo: limit)
            _ = cut.values()
            promise(cut.weight <= limit + 64 + bytes.count, "\(cut.weight) is read up to \(limit)")
        }
        for value in values {
            let json = value.json
            promise((try? JSONParser.parse(json.bytes, deepest: 256))?.bytes == json.bytes, "no JSON: \(json.text)")
        }
        checkHeader(of: message)
        sendAgain(values)
    }

    private static func checkHeader(of message: BusMessage) {
        promise((message.path == nil) == (dbus_message_get_path(message.raw) == nil), "a path is lost")
        promise((message.interface == nil) == (dbus_message_get_interface(message.raw) == nil), "an interface is lost")
        promise((message.member == nil) == (dbus_message_get_member(message.raw) == nil), "a member is lost")
        if message.kind == .signal { promise(message.signalHeader != nil || message.sender == nil, "a signal is lost") }
        if case .failure(let error) = message.outcome { promise(!error.name.isEmpty, "an error without a name") }
    }

    private static func sendAgain(_ values: [BusValue]) {
        let call: BusCall
        do {
            call = try BusCall(
                destination: BusName("org.example.Fuzz"), path: ObjectPath("/"), interface: InterfaceName("org.example.Fuzz"),
                member: MemberName("Take"), arguments: values)
        } catch {
            let isAllowed = values.contains { $0.holdsFile } || "\(error)".contains("arrays are nested more than")
            return promise(isAllowed, "cannot be sent again: \(values): \(error)")
        }
        guard let bytes = (try? BusMessage(call))?.bytes, let again = BusMessage(demarshalling: bytes) else {
            return promise(false, "is not taken back: \(values)")
        }
        var reader = MessageReader(reading: again.raw)
        // A number that is none is equal to nothing, so that texts are compared.
        promise("\(reader.values())" == "\(values)", "\(values) becomes \(reader.values())")
    }
}

extension BusValue {
    fileprivate var holdsFile: Bool {
        switch self {
        case .unixFD: true
        case .array(let element, let elements): element.holdsDescriptor || elements.contains(where: \.holdsFile)
        case .structure(let members): members.contains(where: \.holdsFile)
        case .entry(let key, let value): key.holdsFile || value.holdsFile
        case .variant(let content): content.holdsFile
        default: false
        }
    }
}
