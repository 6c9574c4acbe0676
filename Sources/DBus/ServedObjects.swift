/// Our objects on the bus and the calls in work. For one thread.
final class ServedObjects {
    private struct Work {
        let object: ServedObject
        let caller: BusName
        let isWanted: Bool
    }

    private let mailbox: Mailbox
    private var objects: [ObjectPath: ServedObject] = [:]
    private var work: [ReplyTicket.ID: Work] = [:]
    private var lastTicket: ReplyTicket.ID = 0

    init(mailbox: Mailbox) { self.mailbox = mailbox }

    /// An object at the same path takes the place of an earlier one, which ends.
    func add(_ object: ServedObject) {
        objects.updateValue(object, forKey: object.description.path)?.inbox.finish(.invalid("another object was put at the same path"))
    }

    func remove(_ object: ServedObject) {
        if objects[object.description.path] === object { objects[object.description.path] = nil }
    }

    /// Nobody waits for the answers of an earlier connection.
    func lost() { work = [:] }

    func end(_ error: BusError) {
        for object in objects.values { object.inbox.finish(error) }
        objects = [:]
        lost()
    }

    /// Takes a call: it comes to its object, or is answered here.
    /// - Returns: what to answer at once.
    func take(_ message: BusMessage) -> CallReply? {
        guard let sender = message.sender.flatMap({ try? BusName($0) }), let path = message.path, let member = message.member else {
            return nil
        }
        func answer(_ content: CallReply.Content) -> CallReply? {
            message.expectsReply ? CallReply(caller: sender, serial: message.serial, content: content) : nil
        }
        func refuse(_ name: ErrorName, _ text: String) -> CallReply? { answer(.error(BusMethodError(name, text))) }

        let isForAnybody = message.interface == nil || message.interface == .introspectable
        if isForAnybody, member == .introspect, let description = introspection(of: path) {
            return answer(.values([.string(description)]))
        }
        guard let object = objects[path] else { return refuse(.unknownObject, "there is no object \(path)") }
        let description = object.description
        guard count(where: { $0.object === object }, isBelow: description.callsInWork),
            count(where: { $0.object === object && $0.caller == sender }, isBelow: description.callsInWorkPerSender)
        else { return refuse(.limitsExceeded, "too many calls are in work; wait for their answers") }
        guard let (arguments, _) = message.arguments(upTo: description.largestArguments) else {
            return refuse(.limitsExceeded, "the arguments are larger than \(description.largestArguments) bytes")
        }
        object.inbox.change { calls in
            calls.append(
                BusIncomingCall(
                    sender: sender, path: path, interface: message.interface, member: member, arguments: arguments,
                    ticket: ticket(for: object, sender, message)))
        }
        return nil
    }

    /// - Returns: whether the caller still waits for it.
    func settle(_ ticket: ReplyTicket.ID) -> Bool { work.removeValue(forKey: ticket)?.isWanted ?? false }

    private func ticket(for object: ServedObject, _ sender: BusName, _ message: BusMessage) -> ReplyTicket {
        lastTicket += 1
        work[lastTicket] = Work(object: object, caller: sender, isWanted: message.expectsReply)
        return ReplyTicket(lastTicket, caller: sender, serial: message.serial) { [mailbox] id, reply in
            try? mailbox.post(.reply(id, reply))
        }
    }

    private func count(where isCounted: (Work) -> Bool, isBelow limit: Int) -> Bool {
        work.values.reduce(0) { $0 + (isCounted($1) ? 1 : 0) } < limit
    }

    // MARK: Introspection

    /// Nil if there is no object at the path nor below it.
    private func introspection(of path: ObjectPath) -> String? {
        let children = Set(objects.keys.compactMap { $0.firstElement(below: path) }).sorted()
        let object = objects[path]
        guard object != nil || !children.isEmpty else { return nil }
        return Self.documentType + "<node>\n" + Self.standardInterfaces + (object?.description.interfaces ?? "")
            + children.map { "  <node name=\"\($0)\"/>\n" }.joined() + "</node>\n"
    }

    private static let documentType = """
        <!DOCTYPE node PUBLIC "-//freedesktop//DTD D-BUS Object Introspection 1.0//EN"
         "http://www.freedesktop.org/standards/dbus/1.0/introspect.dtd">

        """

    private static let standardInterfaces = """
          <interface name="org.freedesktop.DBus.Introspectable">
            <method name="Introspect"><arg name="xml_data" type="s" direction="out"/></method>
          </interface>
          <interface name="org.freedesktop.DBus.Peer">
            <method name="Ping"/>
            <method name="GetMachineId"><arg name="machine_uuid" type="s" direction="out"/></method>
          </interface>

        """
}

extension ObjectPath {
    /// The element by which this lies below the other path; nil if it does not.
    fileprivate func firstElement(below ancestor: ObjectPath) -> String? {
        let prefix = ancestor.text == "/" ? "/" : ancestor.text + "/"
        guard text.hasPrefix(prefix), text.utf8.count > prefix.utf8.count else { return nil }
        return String(text.dropFirst(prefix.count).prefix { $0 != "/" })
    }
}
