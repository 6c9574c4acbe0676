/// A value of the D-Bus type system, with its type.
package indirect enum BusValue: Sendable, Hashable {
    case byte(UInt8)
    case boolean(Bool)
    case int16(Int16)
    case uint16(UInt16)
    case int32(Int32)
    case uint32(UInt32)
    case int64(Int64)
    case uint64(UInt64)
    case double(Double)
    /// - Parameter 0: without NUL, which D-Bus strings cannot hold.
    case string(String)
    case objectPath(ObjectPath)
    case signature(BusSignature)
    /// An open file in a reply. It is closed unread, and cannot be sent.
    case unixFD
    /// An array of bytes (`ay`), which is always spelled this way.
    case bytes([UInt8])
    /// An array of anything but bytes; a dictionary is an array of entries.
    case array(of: BusType, [BusValue])
    case structure([BusValue])
    case entry(key: BusValue, value: BusValue)
    case variant(BusValue)
}

extension BusValue {
    package var type: BusType {
        switch self {
        case .byte: .byte
        case .boolean: .boolean
        case .int16: .int16
        case .uint16: .uint16
        case .int32: .int32
        case .uint32: .uint32
        case .int64: .int64
        case .uint64: .uint64
        case .double: .double
        case .string: .string
        case .objectPath: .objectPath
        case .signature: .signature
        case .unixFD: .unixFD
        case .bytes: .array(.byte)
        case .array(let element, _): .array(element)
        case .structure(let members): .structure(members.map(\.type))
        case .entry(let key, let value): .entry(key: key.type, value: value.type)
        case .variant: .variant
        }
    }
}
