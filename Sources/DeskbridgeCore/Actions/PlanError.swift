/// Why a step cannot be planned with the values at hand.
package enum PlanError: Error, Sendable, Equatable {
    /// The values break a rule. Trying again with the same values would not help.
    case refused(PlanRefusal)
    /// A step that has not run yet has to tell first; only a dry run meets this.
    case knownAfter(step: String)
}

/// A rule that a value broke, in words that say what to change.
package struct PlanRefusal: Sendable, Hashable {
    package enum Code: String, Sendable, CaseIterable {
        // A rendered name of a file or folder.
        case emptyValue = "empty_value"
        case forbiddenCharacter = "forbidden_character"
        case unsafeEdge = "unsafe_edge"
        case reservedName = "reserved_name"
        case tooLong = "too_long"
        case collision
        case tooManyEntries = "too_many_entries"
        // Any rendered value.
        case missingValue = "missing_value"
        case wrongType = "wrong_type"
        case outOfRange = "out_of_range"
        // An argument of a process.
        case optionNotAllowed = "option_not_allowed"
        // An argument of a D-Bus call.
        case invalidArgument = "invalid_argument"
        // Grants.
        case notGranted = "not_granted"
    }

    package let code: Code
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}

extension PlanError {
    package static func refused(_ code: PlanRefusal.Code, _ message: String) -> PlanError {
        .refused(PlanRefusal(code, message))
    }
}
