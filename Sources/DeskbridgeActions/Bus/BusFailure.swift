import DBus
import DeskbridgeCore

/// Decides what may be done about a call that failed.
enum BusFailure {
    private static let prefix = "org.freedesktop.DBus.Error."

    /// Errors of the bus (D-Bus Specification, "Standard errors", and dbus-protocol.h) after which the same call may succeed: the peer did
    /// not run or could not be started, or there was too much of something.
    private static let retryable: Set<String> = Set(
        ["ServiceUnknown", "NameHasNoOwner", "Disconnected", "NoServer", "NoNetwork", "LimitsExceeded", "NoMemory"].map { prefix + $0 })

    /// Longer texts of a peer are cut.
    private static let longestText = 500

    /// Errors by which a peer says that it has no such method, or one that takes something else.
    private static let mismatches: Set<String> = Set(
        ["UnknownMethod", "UnknownInterface", "UnknownObject", "InvalidArgs", "InvalidSignature"].map { prefix + $0 })

    static func mayComeFromTheAction(_ error: BusError) -> Bool { error.kind == .errorReply && mismatches.contains(error.name) }

    /// - Parameter advice: what else is known about the cause.
    static func failure(_ error: BusError, of plan: BusPlan, advice: String? = nil) -> Failure {
        let (code, usual) = classed(error)
        let kind = (try? ErrorName(error.name)).flatMap { plan.errors[$0] } ?? usual
        return Failure(code, message(error, of: plan) + (advice.map { "; \($0)" } ?? ""), kind)
    }

    private static func classed(_ error: BusError) -> (code: String, kind: Failure.Kind) {
        switch error.kind {
        case .notSent: ("dbus_unreachable", .retryable)
        case .noReply: ("dbus_timeout", .unknownOutcome)
        case .disconnected: ("dbus_disconnected", .unknownOutcome)
        case .errorReply where retryable.contains(error.name) || error.name.hasPrefix(prefix + "Spawn."): ("dbus_error", .retryable)
        case .overrun: ("dbus_overrun", .unknownOutcome)
        case .errorReply, .invalid, .cancelled: ("dbus_error", .permanent)
        }
    }

    private static func message(_ error: BusError, of plan: BusPlan) -> String {
        let call = "\(plan.call.interface).\(plan.call.member) of \(plan.shownDestination) on \(plan.bus)"
        let isFromPeer = error.kind == .errorReply || error.kind == .noReply
        let text =
            if error.message.isEmpty {
                ""
            } else if isFromPeer, plan.holdsSecret {
                " (its text is withheld, as the call holds a secret)"
            } else if error.message.count > longestText {
                ": " + error.message.prefix(longestText) + "…"
            } else {
                ": " + error.message
            }
        return switch error.kind {
        case .notSent: "\(call) was not called: \(error.name)\(text)"
        case .noReply, .disconnected, .overrun: "\(call) was called, but whether it took effect is unknown: \(error.name)\(text)"
        case .errorReply, .invalid, .cancelled: "\(call) failed: \(error.name)\(text)"
        }
    }
}
