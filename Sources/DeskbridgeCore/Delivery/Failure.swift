/// Why a step, and with it an attempt, did not succeed.
package struct Failure: Error, Sendable, Hashable {
    /// What may be done about it.
    package enum Kind: String, Sendable {
        /// The same again may succeed: it is tried until the attempts are used up.
        case retryable
        /// The same again would fail the same way.
        case permanent
        /// It may have taken effect or not: tried again only if the step is safe to repeat, otherwise a person decides.
        case unknownOutcome
    }

    /// A stable word such as `exit_status` or `timeout`.
    package let code: String
    /// What happened and what to do, for a person. Holds no secret.
    package let message: String
    package let kind: Kind

    package init(_ code: String, _ message: String, _ kind: Kind) {
        self.code = code
        self.message = message
        self.kind = kind
    }
}
