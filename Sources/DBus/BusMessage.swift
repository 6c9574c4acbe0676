internal import CDBus

/// A message of libdbus, held for as long as this lives.
final class BusMessage {
    let raw: OpaquePointer

    /// Takes over a reference that the caller owns.
    init(owning raw: OpaquePointer) { self.raw = raw }

    /// Adds a reference to a message that somebody else owns.
    init(sharing raw: OpaquePointer) { self.raw = dbus_message_ref(raw) }

    deinit { dbus_message_unref(raw) }

    /// - Throws: ``BusError`` of kind `notSent` if there is no memory.
    convenience init(_ call: BusCall) throws(BusError) {
        let raw = dbus_message_new_method_call(call.destination.text, call.path.text, call.interface.text, call.member.text)
        guard let raw else { throw .noMemory }
        self.init(owning: raw)
        dbus_message_set_auto_start(raw, call.startsService ? 1 : 0)
        var writer = MessageWriter(appendingTo: raw)
        for argument in call.arguments where !writer.append(argument) { throw .noMemory }
    }

    /// The serial of the call that this answers, or 0 if it answers none.
    var replySerial: UInt32 { dbus_message_get_reply_serial(raw) }

    /// What a reply says: values, or an error.
    var outcome: Result<[BusValue], BusError> {
        var reader = MessageReader(reading: raw)
        let values = reader.values()
        guard dbus_message_get_type(raw) == DBUS_MESSAGE_TYPE_ERROR else { return .success(values) }
        let name = dbus_message_get_error_name(raw).map { String(cString: $0) } ?? BusError.Name.failed
        let text = if case .string(let text)? = values.first { text } else { "" }
        return .failure(.reply(name: name, message: text))
    }
}

extension BusError {
    static let noMemory = BusError(.notSent, name: Name.noMemory, "there is no memory for the message")
}
