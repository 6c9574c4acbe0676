internal import CDBus

extension BusMessage {
    /// - Throws: ``BusError`` of kind `notSent` if there is no memory.
    convenience init(_ signal: OutgoingSignal) throws(BusError) {
        guard let raw = dbus_message_new_signal(signal.path.text, signal.interface.text, signal.member.text) else { throw .noMemory }
        self.init(owning: raw)
        if let destination = signal.destination, dbus_message_set_destination(raw, destination.text) == 0 { throw .noMemory }
        try append(signal.arguments)
    }

    /// - Throws: ``BusError`` of kind `notSent` if there is no memory.
    convenience init(_ reply: CallReply) throws(BusError) {
        let type =
            switch reply.content {
            case .values: DBUS_MESSAGE_TYPE_METHOD_RETURN
            case .error: DBUS_MESSAGE_TYPE_ERROR
            }
        guard let raw = dbus_message_new(type) else { throw .noMemory }
        self.init(owning: raw)
        guard dbus_message_set_reply_serial(raw, reply.serial) != 0, dbus_message_set_destination(raw, reply.caller.text) != 0 else {
            throw .noMemory
        }
        dbus_message_set_no_reply(raw, 1)
        switch reply.content {
        case .values(let values): try append(values)
        case .error(let error):
            guard dbus_message_set_error_name(raw, error.name.text) != 0 else { throw .noMemory }
            try append([.string(error.message)])
        }
    }

    private func append(_ values: [BusValue]) throws(BusError) {
        var writer = MessageWriter(appendingTo: raw)
        for value in values where !writer.append(value) { throw .noMemory }
    }
}
