import CLinux
import DeskbridgeCore
import Glibc

extension ProcessEnding {
    /// What the ending means for the step.
    func outcome(of plan: ProcessPlan) -> StepOutcome {
        switch cause {
        case .cancelled: .cancelled
        case .timedOut:
            .failed(
                Failure("timeout", "\(plan.name) did not end within \(Units.text(plan.timeout)) and was ended\(remarks)", .unknownOutcome))
        case .exited:
            switch status {
            // Whoever sent it, the process did not come to an end of its own, so nobody knows how far it came.
            case .signal(let number): .failed(limitExceeded(plan, number) ?? signaled(plan, number))
            case .code(let code): outcome(of: plan, code)
            }
        }
    }

    private func signaled(_ plan: ProcessPlan, _ number: Int32) -> Failure {
        Failure("signaled", "\(plan.name) was ended by \(Self.name(ofSignal: number))\(remarks)", .unknownOutcome)
    }

    private func outcome(of plan: ProcessPlan, _ code: Int) -> StepOutcome {
        let kind: Failure.Kind
        switch plan.exitCodes.meaning(of: code) {
        case .success: return succeeded(plan, code)
        case .retry: kind = .retryable
        case .permanent: kind = .permanent
        }
        return .failed(Failure("exit_status", "\(plan.name) exited with \(code)\(remarks)\(Self.bounds(of: plan))", kind))
    }

    private func succeeded(_ plan: ProcessPlan, _ code: Int) -> StepOutcome {
        var result: JSONObject = [
            "exitCode": .integer(Int64(code)), "stdout": .string(output.tail.text), "stderr": .string(error.tail.text),
        ]
        if output.tail.dropped > 0 { result["stdoutDropped"] = .integer(Int64(output.tail.dropped)) }
        if error.tail.dropped > 0 { result["stderrDropped"] = .integer(Int64(error.tail.dropped)) }
        if outputWasHeldOpen { result["outputHeldOpen"] = true }
        if let sandbox = plan.sandbox { result["sandbox"] = sandbox.applied }
        switch output.whole {
        case nil: break
        case .tooLong:
            return .failed(Self.invalidOutput(plan, "it is longer than \(ProcessLimits.json) bytes"))
        case .bytes(let bytes):
            do {
                result["json"] = SecretRedactor.redacted(try JSONParser.parse(bytes), hiding: plan.secrets)
            } catch {
                // The parser's own words may quote the output, which has been searched for no secrets.
                let reason = SecretRedactor.redacted(error.description, hiding: plan.secrets)
                return .failed(Self.invalidOutput(plan, reason))
            }
        }
        return .succeeded(result: .object(result))
    }

    /// What the process ran under, as that may be why it failed: a file it could not write, memory it did not get.
    private static func bounds(of plan: ProcessPlan) -> String {
        var bounds: [String] = []
        if let sandbox = plan.sandbox, sandbox.tier != .none {
            bounds.append("sandbox \(sandbox.tier.rawValue), network \(sandbox.network.rawValue)")
        }
        if !plan.limits.isEmpty { bounds.append("limits \(plan.limits.text)") }
        return bounds.isEmpty ? "" : " (it ran under \(bounds.joined(separator: "; ")))"
    }

    /// The failure of a process that the kernel ended for what it used.
    private func limitExceeded(_ plan: ProcessPlan, _ signal: Int32) -> Failure? {
        func failure(_ what: String) -> Failure { Failure("limit_exceeded", "\(plan.name) \(what)\(remarks)", .unknownOutcome) }
        if let limit = plan.limits.processorTime {
            // KILL comes to those that don't heed XCPU, and may come from elsewhere too.
            if signal == SIGXCPU || signal == SIGKILL && processorTime >= limit {
                return failure("used more than \(Units.text(limit)) of processor time (limits.cpu) and was ended")
            }
        }
        if let limit = plan.limits.fileSize, signal == SIGXFSZ {
            return failure("wrote a file of more than \(Units.text(size: limit)) (limits.fileSize) and was ended")
        }
        return nil
    }

    private static func invalidOutput(_ plan: ProcessPlan, _ reason: String) -> Failure {
        Failure("invalid_output", "the output of \(plan.name) is not the JSON that output.parse asks for: \(reason)", .permanent)
    }

    /// What else there is to say: the last line of standard error, and what is left behind.
    private var remarks: String {
        var remarks = ""
        if let line = error.tail.lastLine { remarks += ": \(line)" }
        if survivors > 0 { remarks += " (\(survivors) of its processes could not be ended)" }
        if outputWasHeldOpen { remarks += " (a process it left behind still holds its output open)" }
        return remarks
    }

    private static func name(ofSignal number: Int32) -> String {
        deskbridge_signal_name(number).map { "SIG" + String(cString: $0) } ?? "signal \(number)"
    }
}

extension OutputTail {
    /// The last line that holds more than space, without control characters, shortened to what a message may quote.
    fileprivate var lastLine: String? {
        let lines = text.split(whereSeparator: \.isNewline)
        guard let line = lines.last(where: { !$0.allSatisfy(\.isWhitespace) }) else { return nil }
        let scalars = line.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }
        let clean = String(String.UnicodeScalarView(scalars))
        return clean.count > ProcessLimits.quotedLine ? clean.prefix(ProcessLimits.quotedLine) + "…" : clean
    }
}
