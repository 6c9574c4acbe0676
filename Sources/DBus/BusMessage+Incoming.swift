internal import CDBus

extension BusMessage {
    enum Kind {
        /// Values or an error.
        case reply
        case signal, call
    }

    var kind: Kind {
        switch dbus_message_get_type(raw) {
        case DBUS_MESSAGE_TYPE_SIGNAL: .signal
        case DBUS_MESSAGE_TYPE_METHOD_CALL: .call
        default: .reply
        }
    }

    /// From whom, about what: without the arguments. Nil for what is no valid signal.
    var signalHeader: BusSignal? {
        guard let sender, let path, let interface, let member else { return nil }
        return BusSignal(sender: sender, path: path, interface: interface, member: member)
    }

    var sender: String? { dbus_message_get_sender(raw).map { String(cString: $0) } }

    var path: ObjectPath? { dbus_message_get_path(raw).flatMap { try? ObjectPath(String(cString: $0)) } }

    var interface: InterfaceName? { dbus_message_get_interface(raw).flatMap { try? InterfaceName(String(cString: $0)) } }

    var member: MemberName? { dbus_message_get_member(raw).flatMap { try? MemberName(String(cString: $0)) } }

    var serial: UInt32 { dbus_message_get_serial(raw) }

    var expectsReply: Bool { dbus_message_get_no_reply(raw) == 0 }

    /// The arguments and about how many bytes of memory they take, or nil if those are more than the limit.
    func arguments(upTo limit: Int) -> (values: [BusValue], weight: Int)? {
        var reader = MessageReader(reading: raw, upTo: limit)
        let values = reader.values()
        return reader.isCutOff ? nil : (values, reader.weight)
    }
}
