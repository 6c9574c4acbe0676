import CDBus
import DeskbridgeCore

@testable import DBus
@testable import DeskbridgeActions

/// A signature in the first line, and its arguments as a JSON array in the rest: what libdbus is given, it gives back, and names and
/// signatures are valid here if they are to libdbus.
enum SignatureFuzzing {
    static func take(_ bytes: [UInt8]) {
        let (text, rest) = bytes.lines
        checkNames(text)
        let signature: BusSignature
        do throws(BusSignatureError) { signature = try BusSignature(text) } catch {
            promise((1...text.utf8.count + 1).contains(error.position) && !error.reason.isEmpty, "no such place: \(error)")
            let isTaken = !text.utf8.contains(0) && dbus_signature_validate(text, nil) != 0
            return promise(!isTaken || (try? BusSignature(received: text)) != nil, "libdbus takes it: \(error)")
        }
        promise(dbus_signature_validate(text, nil) != 0, "libdbus refuses it: \(text)")
        promise(signature.types.map(\.code).joined() == text, "reads differently: \(text)")
        guard let arguments = try? JSONParser.parse(Array(rest)).arrayValue else { return }
        do throws(BusArgumentError) {
            check(try BusEncoding.values(arguments, as: signature), as: signature)
        } catch { promise(!error.message.isEmpty, "refused without a reason") }
    }

    private static func check(_ values: [BusValue], as signature: BusSignature) {
        guard let call = try? call(values) else { return }
        promise(call.signature == signature, "\(call.signature) is not \(signature)")
        guard let message = try? BusMessage(call) else { return promise(false, "cannot be sent: \(values)") }
        check(message, values)
        guard let bytes = message.bytes, let received = BusMessage(demarshalling: bytes) else {
            return promise(false, "is not taken back: \(values)")
        }
        var size = MarshalledSize()
        for (value, type) in zip(values, signature.types) { try? size.add(value, as: type) }
        try? size.addHeader([call.destination.text, call.path.text, call.interface.text, call.member.text, signature.text])
        promise(bytes.count <= size.bytes, "\(bytes.count) bytes, and \(size.bytes) were counted")
        check(received, values)
        for value in values {
            let json = value.json
            promise((try? JSONParser.parse(json.bytes, deepest: 256))?.bytes == json.bytes, "no JSON: \(json.text)")
        }
    }

    private static func check(_ message: BusMessage, _ values: [BusValue]) {
        guard case .success(let read) = message.outcome else { return promise(false, "is read as an error: \(values)") }
        promise(read == values, "\(read) is not \(values)")
    }

    private static func call(_ values: [BusValue]) throws -> BusCall {
        try BusCall(
            destination: BusName("org.example.Fuzz"), path: ObjectPath("/"), interface: InterfaceName("org.example.Fuzz"),
            member: MemberName("Take"), arguments: values)
    }

    private static func checkNames(_ text: String) {
        guard !text.utf8.contains(0) else {
            let isTaken = (try? ObjectPath(text)) != nil || (try? BusName(text)) != nil || (try? InterfaceName(text)) != nil
            return promise(!isTaken, "a name with NUL: \(text)")
        }
        promise(((try? ObjectPath(text)) != nil) == (dbus_validate_path(text, nil) != 0), "libdbus differs about the path \(text)")
        let (isBusName, isToLibrary) = ((try? BusName(text)) != nil, dbus_validate_bus_name(text, nil) != 0)
        // Of unique names the specification asks more than libdbus looks at.
        promise(
            isBusName == isToLibrary || !isBusName && text.utf8.first == UInt8(ascii: ":"), "libdbus differs about the bus name \(text)")
        promise(
            ((try? InterfaceName(text)) != nil) == (dbus_validate_interface(text, nil) != 0), "libdbus differs about the interface \(text)")
        promise(((try? MemberName(text)) != nil) == (dbus_validate_member(text, nil) != 0), "libdbus differs about the member \(text)")
        promise(((try? ErrorName(text)) != nil) == (dbus_validate_error_name(text, nil) != 0), "libdbus differs about the error \(text)")
    }
}
