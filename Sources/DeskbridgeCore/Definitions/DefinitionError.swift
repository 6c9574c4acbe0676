/// A mistake in a file a person wrote, found when it is loaded: where it is, what it is, what to write instead.
package struct DefinitionError: Error, Sendable, Hashable, CustomStringConvertible {
    package let location: SourceLocation
    package let message: String

    package init(_ location: SourceLocation, _ message: String) {
        self.location = location
        self.message = message
    }

    package var description: String { "\(location): \(message)" }
}

/// All the mistakes of one load, in the order of the files and lines.
package struct DefinitionErrors: Error, Sendable, Hashable, CustomStringConvertible {
    package private(set) var errors: [DefinitionError]

    package init(_ errors: [DefinitionError] = []) { self.errors = errors }

    package var isEmpty: Bool { errors.isEmpty }

    package mutating func add(_ error: DefinitionError) { errors.append(error) }

    /// Adds the mistakes of another part of the load.
    package mutating func add(_ others: DefinitionErrors) { errors += others.errors }

    /// Runs one part of a load: its mistake is kept, and the load goes on with the next part.
    package mutating func collect<Value>(_ part: () throws(DefinitionError) -> Value) -> Value? {
        do { return try part() } catch {
            errors.append(error)
            return nil
        }
    }

    package var description: String { errors.map(\.description).joined(separator: "\n") }
}
