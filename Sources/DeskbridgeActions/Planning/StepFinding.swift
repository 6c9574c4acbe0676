package import DeskbridgeCore

/// What looking at the real thing told about one step.
package struct StepFinding: Sendable, Hashable {
    package enum Kind: String, Sendable {
        /// The real thing is as the step says.
        case agreement
        /// Something could not be checked, or is worth knowing.
        case note
        /// The real thing says otherwise: the step cannot work as it is written.
        case contradiction
    }

    package let kind: Kind
    /// The part of the action file that it is about.
    package let location: SourceLocation
    package let message: String

    package init(_ kind: Kind, at location: SourceLocation, _ message: String) {
        self.kind = kind
        self.location = location
        self.message = message
    }

    package var shown: JSONValue {
        ["kind": .string(kind.rawValue), "place": .string(location.description), "message": .string(message)]
    }
}
