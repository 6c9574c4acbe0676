import DeskbridgeCore
import Synchronization

/// What is kept of one output stream while it comes in.
///
/// Secrets are hidden before anything is kept or passed on. Only what is to be read as JSON is kept as it came, for as long as
/// the process runs.
final class OutputCapture: Sendable {
    private struct State {
        var redactor: SecretRedactor
        var tail: OutputTail
        var whole: [UInt8]?
        var isTooLong = false
    }

    private let state: Mutex<State>
    private let show: @Sendable ([UInt8]) -> Void

    /// - Parameters:
    ///   - keepsWhole: whether up to ``ProcessLimits/json`` bytes are kept from the beginning too.
    ///   - show: takes what comes in, secrets hidden; called one at a time.
    init(tail: Int, keepsWhole: Bool, secrets: [String], show: @escaping @Sendable ([UInt8]) -> Void) {
        state = Mutex(State(redactor: SecretRedactor(secrets), tail: OutputTail(limit: tail), whole: keepsWhole ? [] : nil))
        self.show = show
    }

    func take(_ bytes: [UInt8]) {
        let shown = state.withLock { state in
            if let count = state.whole?.count {
                if count + bytes.count > ProcessLimits.json {
                    state.whole = nil
                    state.isTooLong = true
                } else {
                    state.whole?.append(contentsOf: bytes)
                }
            }
            let shown = state.redactor.feed(bytes)
            state.tail.append(shown)
            return shown
        }
        if !shown.isEmpty { show(shown) }
    }

    /// Says that nothing more comes.
    func finish() -> CapturedOutput {
        let (rest, captured) = state.withLock { state in
            let rest = state.redactor.finish()
            state.tail.append(rest)
            let whole: CapturedOutput.Whole? = state.isTooLong ? .tooLong : state.whole.map { .bytes($0) }
            return (rest, CapturedOutput(tail: state.tail, whole: whole))
        }
        if !rest.isEmpty { show(rest) }
        return captured
    }
}

/// What was kept of one output stream.
struct CapturedOutput: Sendable, Equatable {
    enum Whole: Sendable, Equatable {
        case bytes([UInt8])
        case tooLong
    }

    let tail: OutputTail
    /// The stream as it came, secrets and all, if it was to be kept.
    var whole: Whole?
}
