internal import CDBus

/// Reads the values of a message that libdbus has received, and so has checked.
///
/// In memory values take far more room than on the wire, so what was not asked for is read up to a limit.
struct MessageReader {
    /// About what a value takes in memory beside its text or bytes.
    private static let weightOfValue = 64

    private var iterator = DBusMessageIter()
    private let isEmpty: Bool
    private let limit: Int
    /// About how many bytes of memory the values read so far take.
    private(set) var weight = 0

    /// - Parameter limit: reading ends beyond that ``weight``.
    init(reading message: OpaquePointer, upTo limit: Int = .max) {
        self.limit = limit
        isEmpty = dbus_message_iter_init(message, &iterator) == 0
    }

    /// Whether values are missing because the limit was passed.
    var isCutOff: Bool { weight > limit }

    mutating func values() -> [BusValue] {
        guard !isEmpty else { return [] }
        var iterator = iterator
        return values(&iterator)
    }

    private mutating func values(_ iterator: inout DBusMessageIter) -> [BusValue] {
        var values: [BusValue] = []
        while !isCutOff, let value = value(&iterator) {
            values.append(value)
            dbus_message_iter_next(&iterator)
        }
        return values
    }

    /// The value the iterator stands at, or nil at the end.
    private mutating func value(_ iterator: inout DBusMessageIter) -> BusValue? {
        weight += Self.weightOfValue
        switch dbus_message_iter_get_arg_type(&iterator) {
        case deskbridge_type_byte: return .byte(basic(&iterator, 0))
        case deskbridge_type_boolean: return .boolean(basic(&iterator, dbus_bool_t(0)) != 0)
        case deskbridge_type_int16: return .int16(basic(&iterator, 0))
        case deskbridge_type_uint16: return .uint16(basic(&iterator, 0))
        case deskbridge_type_int32: return .int32(basic(&iterator, 0))
        case deskbridge_type_uint32: return .uint32(basic(&iterator, 0))
        case deskbridge_type_int64: return .int64(basic(&iterator, 0))
        case deskbridge_type_uint64: return .uint64(basic(&iterator, 0))
        case deskbridge_type_double: return .double(basic(&iterator, 0))
        case deskbridge_type_string: return .string(text(&iterator))
        case deskbridge_type_object_path: return (try? ObjectPath(text(&iterator))).map(BusValue.objectPath)
        case deskbridge_type_signature: return (try? BusSignature(received: text(&iterator))).map(BusValue.signature)
        // Asking for the value would give us a descriptor to close; the message closes its own.
        case deskbridge_type_unix_fd: return .unixFD
        case deskbridge_type_array: return array(&iterator)
        case deskbridge_type_struct: return .structure(contents(of: &iterator))
        case deskbridge_type_dict_entry:
            let pair = contents(of: &iterator)
            return pair.count == 2 ? .entry(key: pair[0], value: pair[1]) : nil
        case deskbridge_type_variant: return contents(of: &iterator).first.map(BusValue.variant)
        default: return nil
        }
    }

    private mutating func contents(of iterator: inout DBusMessageIter) -> [BusValue] {
        var inner = DBusMessageIter()
        dbus_message_iter_recurse(&iterator, &inner)
        return values(&inner)
    }

    private mutating func array(_ iterator: inout DBusMessageIter) -> BusValue? {
        if dbus_message_iter_get_element_type(&iterator) == deskbridge_type_byte { return .bytes(bytes(&iterator)) }
        guard let code = dbus_message_iter_get_signature(&iterator) else { return nil }
        defer { dbus_free(code) }
        guard let signature = try? BusSignature(received: String(cString: code)), case .array(let element)? = signature.types.first else {
            return nil
        }
        return .array(of: element, contents(of: &iterator))
    }

    private mutating func bytes(_ iterator: inout DBusMessageIter) -> [UInt8] {
        var inner = DBusMessageIter()
        dbus_message_iter_recurse(&iterator, &inner)
        var start: UnsafePointer<UInt8>?
        var count: Int32 = 0
        dbus_message_iter_get_fixed_array(&inner, &start, &count)
        weight += Int(count)
        if isCutOff { return [] }
        return Array(UnsafeBufferPointer(start: start, count: Int(count)))
    }

    private func basic<Number>(_ iterator: inout DBusMessageIter, _ initial: Number) -> Number {
        var number = initial
        withUnsafeMutablePointer(to: &number) { dbus_message_iter_get_basic(&iterator, $0) }
        return number
    }

    private mutating func text(_ iterator: inout DBusMessageIter) -> String {
        var start: UnsafePointer<CChar>?
        dbus_message_iter_get_basic(&iterator, &start)
        guard let start else { return "" }
        let text = String(cString: start)
        weight += text.utf8.count
        return text
    }
}
