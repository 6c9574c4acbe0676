import DBus
import DeskbridgeCore

extension BusValue {
    /// The value as JSON, for the result of a step.
    ///
    /// Variants become their content, dictionaries objects, structs and bytes arrays. Two things have no JSON: numbers that are
    /// infinite or not a number, and open files. Both become null.
    var json: JSONValue {
        switch self {
        case .byte(let number): .integer(Int64(number))
        case .boolean(let flag): .bool(flag)
        case .int16(let number): .integer(Int64(number))
        case .uint16(let number): .integer(Int64(number))
        case .int32(let number): .integer(Int64(number))
        case .uint32(let number): .integer(Int64(number))
        case .int64(let number): .integer(number)
        case .uint64(let number): JSONValue(number: String(number)) ?? .null
        case .double(let number): JSONValue(number: number.description) ?? .null
        case .string(let text): .string(text)
        case .objectPath(let path): .string(path.text)
        case .signature(let signature): .string(signature.text)
        case .unixFD: .null
        case .bytes(let bytes): .array(bytes.map { .integer(Int64($0)) })
        case .array(.entry, let entries): .object(Self.object(entries))
        case .array(_, let elements): .array(elements.map(\.json))
        case .structure(let members): .array(members.map(\.json))
        case .entry(let key, let value): .array([key.json, value.json])
        case .variant(let content): content.json
        }
    }

    private static func object(_ entries: [BusValue]) -> JSONObject {
        var object = JSONObject()
        for case .entry(let key, let value) in entries { object[key.memberName] = value.json }
        return object
    }

    /// A dictionary's key as the name of a member.
    private var memberName: String {
        switch json {
        case .string(let text): text
        case .bool(let flag): flag.description
        case .integer(let number): number.description
        case .decimal(let number): number.text
        // Keys are basic; of those, only infinite numbers and open files have no JSON.
        case .null, .array, .object: "null"
        }
    }
}
