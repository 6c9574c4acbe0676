/// Why a call has no reply, and whether it may have had an effect all the same.
package struct BusError: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Kind: Sendable, Hashable, CaseIterable {
        /// It breaks a rule of D-Bus. It was not sent.
        case invalid
        /// The bus could not be reached. It was not sent, so it certainly had no effect.
        case notSent
        /// The bus or the peer answered with an error.
        case errorReply
        /// It was sent, and no answer came in time or the bus says that none will come: nobody knows whether it had an effect.
        case noReply
        /// It was sent, and the connection ended before an answer: nobody knows whether it had an effect.
        case disconnected
        /// The caller's task was cancelled; it may have been sent.
        case cancelled
        /// More came than was taken in time, and what follows is lost. Only sequences end with it.
        case overrun
    }

    package let kind: Kind
    /// The D-Bus error name, such as `org.freedesktop.DBus.Error.ServiceUnknown`.
    package let name: String
    /// What happened, as the peer, the bus or libdbus puts it.
    package let message: String

    package init(_ kind: Kind, name: String, _ message: String) {
        self.kind = kind
        self.name = name
        self.message = message
    }

    package var description: String { message.isEmpty ? name : "\(name): \(message)" }
}

extension BusError {
    /// The names that the bus and libdbus give to errors of their own (D-Bus Specification and dbus-protocol.h).
    package enum Name {
        private static let prefix = "org.freedesktop.DBus.Error."
        package static let disconnected = prefix + "Disconnected"
        package static let failed = prefix + "Failed"
        package static let invalidArgs = prefix + "InvalidArgs"
        package static let limitsExceeded = prefix + "LimitsExceeded"
        package static let nameHasNoOwner = prefix + "NameHasNoOwner"
        package static let noMemory = prefix + "NoMemory"
        package static let noReply = prefix + "NoReply"
        package static let noServer = prefix + "NoServer"
        package static let timedOut = prefix + "TimedOut"
        package static let timeout = prefix + "Timeout"
        package static let unknownMethod = prefix + "UnknownMethod"
        package static let unknownObject = prefix + "UnknownObject"
    }

    static func invalid(_ message: String) -> BusError { BusError(.invalid, name: Name.invalidArgs, message) }

    static func notSent(name: String = Name.noServer, _ message: String) -> BusError { BusError(.notSent, name: name, message) }

    static let cancelled = BusError(.cancelled, name: Name.failed, "the caller gave up waiting")

    /// What an error reply means: three names say that nobody knows what became of the call.
    static func reply(name: String, message: String) -> BusError {
        let leavesItOpen = [Name.noReply, Name.timeout, Name.timedOut].contains(name)
        return BusError(leavesItOpen ? .noReply : .errorReply, name: name, message)
    }
}
