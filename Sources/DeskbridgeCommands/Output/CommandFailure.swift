/// Why a command cannot do what it was asked to: what happened, what to do about it, and the status to end with.
package struct CommandFailure: Error, Sendable, Equatable, CustomStringConvertible {
    package let message: String
    package let status: ExitStatus

    package init(_ message: String, _ status: ExitStatus) {
        self.message = message
        self.status = status
    }

    package var description: String { message }
}
