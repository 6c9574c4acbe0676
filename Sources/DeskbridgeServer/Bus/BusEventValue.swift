import DBus
import DeskbridgeCore

/// Events as `a{sv}`: texts, integers and truth values as what they are, everything else as the text of its JSON. What is null is left
/// out.
enum BusEventValue {
    static let type = BusType.array(.entry(key: .string, value: .variant))

    static func dictionary(_ members: JSONObject) -> BusValue {
        .array(
            of: .entry(key: .string, value: .variant),
            members.compactMap { name, value in variant(value).map { .entry(key: .string(name), value: .variant($0)) } })
    }

    private static func variant(_ value: JSONValue) -> BusValue? {
        switch value {
        case .null: nil
        case .string(let text): .string(text)
        case .bool(let flag): .boolean(flag)
        case .integer(let number): .int64(number)
        default: .string(value.text)
        }
    }
}
