/// How a started process ended, and what it put out.
struct ProcessEnding: Sendable, Equatable {
    enum Cause: Sendable {
        /// By itself, or by a signal from outside.
        case exited
        case timedOut
        /// The step was cancelled.
        case cancelled
    }

    enum Status: Sendable, Equatable {
        case code(Int)
        case signal(Int32)
    }

    let cause: Cause
    let status: Status
    let output: CapturedOutput
    let error: CapturedOutput
    /// Whether another process still held the output open when it was no longer listened to.
    let outputWasHeldOpen: Bool
    /// How many processes of its session could not be ended.
    let survivors: Int
    /// How much the processor worked for it.
    var processorTime: Duration = .zero
}
