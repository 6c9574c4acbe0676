package import ArgumentParser
package import DeskbridgeCore

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
    package init(_ code: ProblemCode) {
        self =
            switch code {
            case .malformedRequest, .malformedJSON, .idempotencyKeyRequired, .invalidEvent, .unknownEventType, .keyReused, .tooLarge,
                .unsupportedMediaType, .unknownMessage:
                .dataError
            case .unauthenticated, .originForbidden, .deniedByPolicy, .forbidden, .tokenInURL, .wrongHost: .noPermission
            case .rateLimited, .storageFull, .tooManyConnections: .temporaryFailure
            case .shuttingDown: .unavailable
            case .notFound, .methodNotAllowed, .wrongState, .upgradeRequired, .internalError: .failed
            }
    }

    /// The status for an event that was waited for: success, still on its way, or a final failure.
    package init(_ state: DeliveryState) {
        self =
            switch state {
            case .succeeded: .done
            case .queued, .running, .retrying, .waiting: .temporaryFailure
            case .failed, .cancelled, .expired, .unknown: .failed
            }
    }
}
