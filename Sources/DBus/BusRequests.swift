internal import CDBus

/// What we ask of the bus itself over one connection, and who wants the answers. For one thread.
final class BusRequests {
    typealias Outcome = Result<[BusValue], BusError>

    private let link: BusLink
    private var waiting: [UInt32: (Outcome) -> Void] = [:]

    init(over link: BusLink) { self.link = link }

    /// Calls a method of the bus that takes one string, such as `AddMatch`.
    /// - Parameter answered: called with the answer, with an error when the connection ends, or at once if there is no memory.
    func ask(_ member: String, _ argument: String, answered: @escaping (Outcome) -> Void) {
        guard let message = Self.message(member, argument), let serial = link.send(message) else { return answered(.failure(.noMemory)) }
        waiting[serial] = answered
    }

    /// The same for methods whose answer nobody wants.
    func tell(_ member: String, _ argument: String) {
        guard let message = Self.message(member, argument) else { return }
        dbus_message_set_no_reply(message.raw, 1)
        _ = link.send(message)
    }

    /// - Returns: false if the reply is to none of ours.
    func take(_ reply: BusMessage) -> Bool {
        guard let answered = waiting.removeValue(forKey: reply.replySerial) else { return false }
        answered(reply.outcome)
        return true
    }

    /// Tells all who wait that the connection ended.
    func fail(_ error: BusError) {
        let abandoned = waiting.values
        waiting = [:]
        for answered in abandoned { answered(.failure(error)) }
    }

    private static func message(_ member: String, _ argument: String) -> BusMessage? {
        guard let raw = dbus_message_new_method_call(DBUS_SERVICE_DBUS, DBUS_PATH_DBUS, DBUS_INTERFACE_DBUS, member) else { return nil }
        let message = BusMessage(owning: raw)
        var writer = MessageWriter(appendingTo: raw)
        return writer.append(.string(argument)) ? message : nil
    }
}
