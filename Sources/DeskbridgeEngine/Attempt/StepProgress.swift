import DeskbridgeActions
import DeskbridgeCore

/// How far the steps of one attempt came.
struct StepProgress: Sendable {
    enum End: Sendable {
        /// - Parameters:
        ///   - payload: what the confirmation carries.
        ///   - confirm: the confirmation's type.
        case succeeded(payload: JSONValue, confirm: EventType)
        case failed(Failure)
        /// The step did nothing and has to wait.
        case waiting(WaitReason)
        /// The task was cancelled.
        case stopped
    }

    var action: Action?
    var end: End
    /// The step that ended the sequence.
    var step: String?
    /// Whether that step may run again when nobody can tell if it took effect.
    var isSafeToRepeat = true
    /// Finished steps that go into the ledger along with the outcome.
    var unstored: [StepRecord] = []
    /// The plans of the steps that were begun.
    var shownPlan: JSONValue?

    static let notStarted = StepProgress(end: .stopped)
}
