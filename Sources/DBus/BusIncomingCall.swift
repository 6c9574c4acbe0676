internal import Synchronization

/// A method call that somebody made to one of our objects. It is answered once, with ``reply(_:)`` or ``fail(_:)``; if it is let go
/// unanswered, the caller gets an error.
package struct BusIncomingCall: Sendable {
    /// The unique name of the caller.
    package let sender: BusName
    package let path: ObjectPath
    /// Nil if the caller left it out, which D-Bus permits.
    package let interface: InterfaceName?
    package let member: MemberName
    package let arguments: [BusValue]
    private let ticket: ReplyTicket

    init(
        sender: BusName, path: ObjectPath, interface: InterfaceName?, member: MemberName, arguments: [BusValue], ticket: ReplyTicket
    ) {
        self.sender = sender
        self.path = path
        self.interface = interface
        self.member = member
        self.arguments = arguments
        self.ticket = ticket
    }

    /// Only the first answer counts. Values that D-Bus cannot carry become an error for the caller.
    package func reply(_ values: [BusValue]) {
        do throws(BusError) {
            _ = try MarshalledSize.check(values, header: [sender.text])
            ticket.answer(.values(values))
        } catch {
            ticket.answer(.error(.failed("the answer cannot be sent: \(error.message)")))
        }
    }

    /// Only the first answer counts.
    package func fail(_ error: BusMethodError) { ticket.answer(.error(error)) }
}

/// What a caller is told instead of values.
package struct BusMethodError: Error, Sendable, Hashable {
    package let name: ErrorName
    package let message: String

    /// - Parameter message: U+0000 in it, which D-Bus cannot carry, is replaced.
    package init(_ name: ErrorName, _ message: String) {
        self.name = name
        self.message = message.utf8.contains(0) ? String(message.map { $0 == "\0" ? "\u{fffd}" : $0 }) : message
    }

    package static func failed(_ message: String) -> BusMethodError { BusMethodError(.failed, message) }

    package static func invalidArguments(_ message: String) -> BusMethodError { BusMethodError(.invalidArguments, message) }

    package static func unknownMethod(_ call: BusIncomingCall) -> BusMethodError {
        let signature = call.arguments.map(\.type.code).joined()
        let interface = call.interface.map { "\($0)." } ?? ""
        return BusMethodError(.unknownMethod, "\(call.path) has no method \(interface)\(call.member)(\(signature))")
    }
}

/// One answer on its way to the caller.
struct CallReply: Sendable {
    enum Content: Sendable {
        case values([BusValue])
        case error(BusMethodError)
    }

    let caller: BusName
    let serial: UInt32
    let content: Content
}

/// The right and duty to answer one call.
final class ReplyTicket: Sendable {
    let caller: BusName
    let serial: UInt32
    private let isAnswered = Mutex(false)
    private let send: @Sendable (ReplyTicket.ID, CallReply) -> Void
    let id: ID

    /// Serials repeat from connection to connection, so each has a number of its own.
    typealias ID = UInt64

    init(_ id: ID, caller: BusName, serial: UInt32, send: @escaping @Sendable (ReplyTicket.ID, CallReply) -> Void) {
        self.id = id
        self.caller = caller
        self.serial = serial
        self.send = send
    }

    deinit { answer(.error(.failed("the call was dropped without an answer"))) }

    func answer(_ content: CallReply.Content) {
        let isFirst = isAnswered.withLock { isAnswered in
            defer { isAnswered = true }
            return !isAnswered
        }
        if isFirst { send(id, CallReply(caller: caller, serial: serial, content: content)) }
    }
}
