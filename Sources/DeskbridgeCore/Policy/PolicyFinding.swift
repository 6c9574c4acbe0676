/// Something that a person who writes policies should know of them.
package struct PolicyFinding: Sendable, Hashable, CustomStringConvertible {
    package enum Level: String, Sendable, Hashable, CaseIterable {
        /// The bridge doesn't take the file.
        case error
        /// The bridge takes it, but it can hardly be meant.
        case warning
        case note
    }

    /// Stable words for what is found.
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        case mistake
        case unsafeExecutable = "unsafe_executable"
        case missingExecutable = "missing_executable"
        case neverAllowed = "action_never_allowed"
        case shadowedRule = "shadowed_rule"
        case unservedType = "unserved_type"
        case unknownClient = "unknown_client"
        case unusedGrant = "unused_grant"
    }

    package let level: Level
    package let kind: Kind
    package let location: SourceLocation
    package let message: String

    package init(_ level: Level, _ kind: Kind, _ location: SourceLocation, _ message: String) {
        self.level = level
        self.kind = kind
        self.location = location
        self.message = message
    }

    package var description: String { "\(location): \(level.rawValue): \(message)" }

    package var json: JSONValue {
        [
            "level": .string(level.rawValue), "kind": .string(kind.rawValue), "file": .string(location.file),
            "line": .integer(Int64(location.line)), "column": .integer(Int64(location.column)), "message": .string(message),
        ]
    }
}
