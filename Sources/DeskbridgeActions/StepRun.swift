package import DeskbridgeCore

/// The circumstances in which a step runs.
package struct StepRun: Sendable {
    package enum OutputStream: String, Sendable {
        case stdout, stderr
    }

    package let event: EventID
    /// Counts from 1.
    package let attempt: Int
    package let step: String
    /// Whether the step may be run again when nobody can tell if it took effect.
    package let isSafeToRepeat: Bool
    /// Takes what a process writes, as it comes, in pieces of any size. Never waits.
    package let output: @Sendable (OutputStream, [UInt8]) -> Void

    package init(
        event: EventID, attempt: Int, step: String, isSafeToRepeat: Bool,
        output: @escaping @Sendable (OutputStream, [UInt8]) -> Void
    ) {
        self.event = event
        self.attempt = attempt
        self.step = step
        self.isSafeToRepeat = isSafeToRepeat
        self.output = output
    }
}

/// How a step ended.
package enum StepOutcome: Sendable, Equatable {
    /// - Parameter result: what later steps and the confirmation may use.
    case succeeded(result: JSONValue)
    case failed(Failure)
    /// The task was cancelled and the step ended what it had begun.
    case cancelled
    /// What it needs isn't there yet, and it has done nothing. The event waits until it comes, and then begins this step again;
    /// that costs none of its attempts.
    case waiting(WaitReason)
}
