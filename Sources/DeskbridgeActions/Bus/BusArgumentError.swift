import DBus
import DeskbridgeCore

/// Why a JSON value cannot be passed as the D-Bus type that its place calls for. Holds no value, which might be secret.
struct BusArgumentError: Error, Sendable, Hashable {
    let code: PlanRefusal.Code
    let place: ArgumentPlace
    let reason: String

    init(_ code: PlanRefusal.Code, at place: ArgumentPlace, _ reason: String) {
        self.code = code
        self.place = place
        self.reason = reason
    }

    var message: String { "\(place): \(reason)" }

    static func wrongType(_ type: BusType, takes what: String, not json: JSONValue, at place: ArgumentPlace) -> BusArgumentError {
        let hint = json.stringValue == nil || !type.isNumeric ? "" : "; leave the quotes out, or fill it from a field that is a number"
        return BusArgumentError(.wrongType, at: place, "\(type.title) takes \(what), not \(json.typePhrase)\(hint)")
    }
}

extension BusType {
    /// What the type is called in messages.
    var title: String {
        switch self {
        case .byte: "a byte (y)"
        case .boolean: "a boolean (b)"
        case .int16: "a 16-bit integer (n)"
        case .uint16: "an unsigned 16-bit integer (q)"
        case .int32: "a 32-bit integer (i)"
        case .uint32: "an unsigned 32-bit integer (u)"
        case .int64: "a 64-bit integer (x)"
        case .uint64: "an unsigned 64-bit integer (t)"
        case .double: "a double (d)"
        case .string: "a string (s)"
        case .objectPath: "an object path (o)"
        case .signature: "a signature (g)"
        case .unixFD: "an open file (h)"
        case .variant: "a variant (v)"
        case .array(.byte): "an array of bytes (ay)"
        case .array(.entry): "a dictionary (\(code))"
        case .array: "an array (\(code))"
        case .structure: "a struct (\(code))"
        case .entry: "a dictionary entry (\(code))"
        }
    }

    var isNumeric: Bool {
        switch self {
        case .byte, .int16, .uint16, .int32, .uint32, .int64, .uint64, .double: true
        default: false
        }
    }
}
