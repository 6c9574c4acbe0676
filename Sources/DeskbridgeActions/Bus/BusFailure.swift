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

    /// What a step that would rather wait than fail waits for; nil if it fails all the same.
    ///
    /// - Parameter isAbsent: whether the destination was not there just before the call. A peer that is there may answer with the same
    ///   errors, and its event would then wait for what has come already.
    static func wait(for error: BusError, of plan: BusPlan, isAbsent: Bool) -> WaitReason? {
        switch error.kind {
        case .notSent where error.name != BusError.Name.noMemory: plan.waitForBus
        case .errorReply where isAbsent && absences.contains(error.name): plan.waitForDestination
        default: nil
        }
    }

    /// Errors by which the bus says that nobody owns the destination and that it can start nobody.
    private static let absences: Set<String> = [prefix + "ServiceUnknown", prefix + "NameHasNoOwner"]

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

    /// A failure after the call was answered: what it began may or may not come to its end.
    static func afterReply(_ code: String, _ text: String, of plan: BusPlan) -> Failure {
        Failure(code, "\(name(of: plan)) was called and answered, but \(text)", .unknownOutcome)
    }

    /// What a signal says that does not meet the step's expectation.
    static func disappointed(
        _ argument: AwaitedArgument<AwaitedValue>, found: JSONValue?, _ until: BusUntilPlan, of plan: BusPlan
    ) -> Failure {
        let found = found.map { cut(SecretRedactor.redacted($0, hiding: plan.secrets).text) } ?? "nothing"
        let expected = argument.values.map { cut($0.shown.text) }.joined(separator: " or ")
        return Failure(
            "dbus_unexpected_signal",
            "\(name(of: plan)) was called, and \(until.interface).\(until.member) said \(found) at \(argument.place), not \(expected)",
            until.otherwise)
    }

    private static func cut(_ text: String) -> String { text.count > longestText ? text.prefix(longestText) + "…" : text }

    private static func name(of plan: BusPlan) -> String {
        "\(plan.call.interface).\(plan.call.member) of \(plan.shownDestination) on \(plan.bus)"
    }

    private static func message(_ error: BusError, of plan: BusPlan) -> String {
        let call = name(of: plan)
        let isFromPeer = error.kind == .errorReply || error.kind == .noReply
        let text =
            if error.message.isEmpty {
                ""
            } else if isFromPeer, plan.holdsSecret {
                " (its text is withheld, as the call holds a secret)"
            } else {
                ": " + cut(error.message)
            }
        return switch error.kind {
        case .notSent: "\(call) was not called: \(error.name)\(text)"
        case .noReply, .disconnected, .overrun: "\(call) was called, but whether it took effect is unknown: \(error.name)\(text)"
        case .errorReply, .invalid, .cancelled: "\(call) failed: \(error.name)\(text)"
        }
    }
}
