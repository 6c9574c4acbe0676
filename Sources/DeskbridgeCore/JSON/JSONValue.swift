package import OrderedCollections

package typealias JSONObject = OrderedDictionary<String, JSONValue>

/// A JSON value that keeps what the sender wrote: member order, and numbers without rounding (RFC 8259).
///
/// Equality is by spelling order of members; compare meanings with ``PayloadFingerprint``.
package enum JSONValue: Sendable, Hashable {
    case null
    case bool(Bool)
    /// Any number whose value is an integer of 64 bits, however it was spelled (`1`, `1.0`, `10e-1`).
    case integer(Int64)
    /// Any other number.
    case decimal(JSONDecimal)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    package init(stringLiteral value: String) { self = .string(value) }
    package init(integerLiteral value: Int64) { self = .integer(value) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    package init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(JSONObject(elements, uniquingKeysWith: { _, last in last }))
    }
}

extension JSONValue {
    package var stringValue: String? {
        if case .string(let value) = self { value } else { nil }
    }

    package var integerValue: Int64? {
        if case .integer(let value) = self { value } else { nil }
    }

    package var boolValue: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    package var arrayValue: [JSONValue]? {
        if case .array(let value) = self { value } else { nil }
    }

    package var objectValue: JSONObject? {
        if case .object(let value) = self { value } else { nil }
    }

    /// The nearest `Double`, for either kind of number.
    package var doubleValue: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .decimal(let value): value.doubleValue
        default: nil
        }
    }

    package subscript(member: String) -> JSONValue? { objectValue?[member] }

    /// What the value is called in messages: the JSON Schema name of its type.
    package var typeName: String {
        switch self {
        case .null: "null"
        case .bool: "boolean"
        case .integer: "integer"
        case .decimal: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}
