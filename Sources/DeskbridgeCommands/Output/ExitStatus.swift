package import ArgumentParser

/// How the program ends. The numbers and names from 64 on are those of sysexits(3).
package enum ExitStatus: Int32, Sendable, Hashable, CaseIterable {
    /// What was asked for is done.
    case done = 0
    /// It was tried and failed, or the answer is no.
    case failed = 1
    /// `EX_USAGE`: the command line is wrong. ArgumentParser ends with it by itself.
    case usage = 64
    /// `EX_DATAERR`: the event, its payload or its key is not valid.
    case dataError = 65
    /// `EX_UNAVAILABLE`: the daemon cannot be reached.
    case unavailable = 69
    /// `EX_CANTCREAT`: another process holds the state folder.
    case cannotCreate = 73
    /// `EX_TEMPFAIL`: not finished, or not now; it goes on by itself or may be tried again.
    case temporaryFailure = 75
    /// `EX_NOPERM`: refused by a policy, a token's limits or a file's permissions.
    case noPermission = 77
    /// `EX_CONFIG`: a file of the home is missing or wrong.
    case configuration = 78

    package var exitCode: ExitCode { ExitCode(rawValue) }
}

extension ExitStatus {
    /// The status for each code of a problem document that is not a plain failure.
    package static let byProblemCode: [String: ExitStatus] = [
        "malformed_json": .dataError,
        "idempotency_key_required": .dataError,
        "invalid_event": .dataError,
        "unknown_event_type": .dataError,
        "key_reused": .dataError,
        "too_large": .dataError,
        "unsupported_media_type": .dataError,
        "unauthenticated": .noPermission,
        "origin_forbidden": .noPermission,
        "denied_by_policy": .noPermission,
        "rate_limited": .temporaryFailure,
        "storage_full": .temporaryFailure,
        "shutting_down": .unavailable,
    ]

    package init(problemCode: String) { self = Self.byProblemCode[problemCode] ?? .failed }

    /// The status for an event that was waited for: success, a final failure, or still on its way.
    package init(eventState: String) {
        self =
            switch eventState {
            case "succeeded": .done
            case "queued", "running", "retrying", "waiting": .temporaryFailure
            default: .failed
            }
    }
}
