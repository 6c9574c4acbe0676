/// What becomes of an event whose attempt failed.
package enum Verdict: Sendable, Hashable {
    package enum FailedReason: String, Sendable {
        case permanent
        case attemptsUsedUp = "attempts_used_up"
    }

    case retry(at: Timestamp)
    case failed(FailedReason)
    /// Nobody can tell whether it took effect, and it must not happen twice: a person decides.
    case unknown
}
