internal import CDBus

/// Appends values to a message. They come from a ``BusCall``, so only want of memory makes this fail.
struct MessageWriter {
    private var iterator = DBusMessageIter()

    init(appendingTo message: OpaquePointer) { dbus_message_iter_init_append(message, &iterator) }

    /// - Returns: false if there is no memory; the message is then unusable.
    mutating func append(_ value: BusValue) -> Bool { Self.append(value, to: &iterator) }

    private static func append(_ value: BusValue, to iterator: inout DBusMessageIter) -> Bool {
        switch value {
        case .byte(let number): basic(deskbridge_type_byte, number, to: &iterator)
        case .boolean(let flag): basic(deskbridge_type_boolean, dbus_bool_t(flag ? 1 : 0), to: &iterator)
        case .int16(let number): basic(deskbridge_type_int16, number, to: &iterator)
        case .uint16(let number): basic(deskbridge_type_uint16, number, to: &iterator)
        case .int32(let number): basic(deskbridge_type_int32, number, to: &iterator)
        case .uint32(let number): basic(deskbridge_type_uint32, number, to: &iterator)
        case .int64(let number): basic(deskbridge_type_int64, number, to: &iterator)
        case .uint64(let number): basic(deskbridge_type_uint64, number, to: &iterator)
        case .double(let number): basic(deskbridge_type_double, number, to: &iterator)
        case .string(let text): self.text(deskbridge_type_string, text, to: &iterator)
        case .objectPath(let path): text(deskbridge_type_object_path, path.text, to: &iterator)
        case .signature(let signature): text(deskbridge_type_signature, signature.text, to: &iterator)
        case .unixFD: false
        case .bytes(let content):
            container(deskbridge_type_array, "y", in: &iterator) { array in
                content.isEmpty
                    || content.withUnsafeBufferPointer { buffer in
                        var start = buffer.baseAddress
                        return dbus_message_iter_append_fixed_array(&array, deskbridge_type_byte, &start, Int32(buffer.count)) != 0
                    }
            }
        case .array(let element, let elements):
            container(deskbridge_type_array, element.code, in: &iterator) { array in elements.allSatisfy { append($0, to: &array) } }
        case .structure(let members):
            container(deskbridge_type_struct, nil, in: &iterator) { structure in members.allSatisfy { append($0, to: &structure) } }
        case .entry(let key, let value):
            container(deskbridge_type_dict_entry, nil, in: &iterator) { entry in append(key, to: &entry) && append(value, to: &entry) }
        case .variant(let content):
            container(deskbridge_type_variant, content.type.code, in: &iterator) { variant in append(content, to: &variant) }
        }
    }

    private static func basic<Number>(_ type: Int32, _ number: Number, to iterator: inout DBusMessageIter) -> Bool {
        withUnsafePointer(to: number) { dbus_message_iter_append_basic(&iterator, type, $0) != 0 }
    }

    private static func text(_ type: Int32, _ text: String, to iterator: inout DBusMessageIter) -> Bool {
        text.withCString { start in
            var start: UnsafePointer<CChar>? = start
            return dbus_message_iter_append_basic(&iterator, type, &start) != 0
        }
    }

    private static func container(
        _ type: Int32, _ contents: String?, in iterator: inout DBusMessageIter, fill: (inout DBusMessageIter) -> Bool
    ) -> Bool {
        var inner = DBusMessageIter()
        guard dbus_message_iter_open_container(&iterator, type, contents, &inner) != 0 else { return false }
        guard fill(&inner) else {
            dbus_message_iter_abandon_container(&iterator, &inner)
            return false
        }
        return dbus_message_iter_close_container(&iterator, &inner) != 0
    }
}
