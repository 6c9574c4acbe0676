/// One thing `doctor` looks at.
package struct Check: Sendable {
    package let name: String
    package let look: @Sendable () async -> Finding

    package init(_ name: String, _ look: @escaping @Sendable () async -> Finding) {
        self.name = name
        self.look = look
    }
}

/// What a check found. A remedy is a sentence, or a command to type.
package enum Finding: Sendable, Equatable {
    case passed(String)
    /// It works, but may not for long, or not for everything.
    case warned(String, remedy: String)
    case failed(String, remedy: String)
    /// There was nothing to look at.
    case skipped(String)

    package var isFailure: Bool {
        if case .failed = self { true } else { false }
    }
}
