/// One rule that a payload breaks.
package struct ValidationError: Sendable, Hashable {
    /// Where in the payload, as RFC 6901 writes it; empty for the payload itself.
    package let pointer: String
    /// What is asked for there. Never holds a value of the payload.
    package let message: String

    package init(pointer: String, message: String) {
        self.pointer = pointer
        self.message = message
    }
}

/// The rules that a payload breaks, at most 32 of them.
package struct ValidationErrors: Error, Sendable, Hashable, CustomStringConvertible {
    package static let most = 32

    package private(set) var errors: [ValidationError] = []

    package init() {}

    package var isEmpty: Bool { errors.isEmpty }
    package var isFull: Bool { errors.count >= Self.most }

    package mutating func add(_ pointer: String, _ message: String) {
        guard !isFull else { return }
        errors.append(ValidationError(pointer: pointer, message: message))
    }

    package var description: String {
        errors.map { "\($0.pointer.isEmpty ? "the payload" : $0.pointer) \($0.message)" }.joined(separator: "; ")
    }
}
