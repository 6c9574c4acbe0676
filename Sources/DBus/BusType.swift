/// One complete type of the D-Bus type system (D-Bus Specification, "Type System").
package indirect enum BusType: Sendable, Hashable {
    case byte, boolean, int16, uint16, int32, uint32, int64, uint64, double
    case string, objectPath, signature
    /// An open file. Known, so that signatures can be read, but no value of it can be sent.
    case unixFD
    case variant
    case array(BusType)
    /// - Parameter 0: one type or more.
    case structure([BusType])
    /// Stands only as the element of an array; `key` is basic.
    case entry(key: BusType, value: BusType)
}

extension BusType {
    /// The type as a signature spells it.
    package var code: String {
        switch self {
        case .byte: "y"
        case .boolean: "b"
        case .int16: "n"
        case .uint16: "q"
        case .int32: "i"
        case .uint32: "u"
        case .int64: "x"
        case .uint64: "t"
        case .double: "d"
        case .string: "s"
        case .objectPath: "o"
        case .signature: "g"
        case .unixFD: "h"
        case .variant: "v"
        case .array(let element): "a" + element.code
        case .structure(let members): "(" + members.map(\.code).joined() + ")"
        case .entry(let key, let value): "{" + key.code + value.code + "}"
        }
    }

    /// Whether a value of it holds an open file wherever one stands in it.
    package var holdsDescriptor: Bool {
        switch self {
        case .unixFD: true
        case .array(let element): element.holdsDescriptor
        case .structure(let members): members.contains(where: \.holdsDescriptor)
        case .entry(let key, let value): key.holdsDescriptor || value.holdsDescriptor
        default: false
        }
    }

    /// The boundary, in bytes, that a marshalled value begins at (D-Bus Specification, "Marshaling (Wire Format)").
    var alignment: Int {
        switch self {
        case .byte, .signature, .variant: 1
        case .int16, .uint16: 2
        case .boolean, .int32, .uint32, .string, .objectPath, .unixFD, .array: 4
        case .int64, .uint64, .double, .structure, .entry: 8
        }
    }

    static func basic(_ code: UInt8) -> BusType? {
        switch code {
        case UInt8(ascii: "y"): .byte
        case UInt8(ascii: "b"): .boolean
        case UInt8(ascii: "n"): .int16
        case UInt8(ascii: "q"): .uint16
        case UInt8(ascii: "i"): .int32
        case UInt8(ascii: "u"): .uint32
        case UInt8(ascii: "x"): .int64
        case UInt8(ascii: "t"): .uint64
        case UInt8(ascii: "d"): .double
        case UInt8(ascii: "s"): .string
        case UInt8(ascii: "o"): .objectPath
        case UInt8(ascii: "g"): .signature
        case UInt8(ascii: "h"): .unixFD
        default: nil
        }
    }
}
