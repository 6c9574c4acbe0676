internal import DeskbridgeActions
internal import DeskbridgeCore
internal import DeskbridgeEngine

/// A dry run for people: the decision, then each step with its plan.
enum PlanText {
    static func text(_ dryRun: DryRun) -> String {
        switch dryRun.verdict {
        case .refused(let problem): refused(problem, by: dryRun.denial)
        case .accepted(let checked): accepted(checked, of: dryRun)
        }
    }

    /// Of one mistake the detail says all; several are told one by one.
    private static func refused(_ problem: Problem, by rule: String?) -> String {
        let by = rule.map { $0 == "default" ? ", as no rule matches" : ", by \($0)" } ?? ""
        var lines = ["Decision  refused: \(problem.code.rawValue)\(by)"]
        if problem.errors.count > 1 {
            lines += problem.errors.map { "          \($0.pointer.isEmpty ? "the event" : $0.pointer): \($0.message)" }
        } else {
            lines.append("          \(problem.detail)")
        }
        return lines.map { $0.printable() + "\n" }.joined()
    }

    private static func accepted(_ checked: EventCheck.Checked, of dryRun: DryRun) -> String {
        var lines = [
            decision(checked, dryRun.remembered),
            "Action    \(checked.plan.action.name), confirmed with \(checked.plan.action.confirm.text)",
        ]
        if let key = checked.event.concurrencyKey, let limit = checked.concurrencyLimit {
            lines.append("Limit     \(limit) at a time" + (key.isEmpty ? "" : " for \"\(key.printable())\""))
        }
        for (index, step) in checked.plan.steps.enumerated() { lines += [""] + self.step(step, number: index + 1) }
        return lines.map { $0 + "\n" }.joined()
    }

    private static func decision(_ checked: EventCheck.Checked, _ remembered: JSONValue?) -> String {
        guard let time = checked.asks else { return "Decision  allow, by \(checked.event.rule)" }
        let line = "Decision  would ask the person at the desk (rule \(checked.event.rule), \(Units.text(time)) to answer)"
        guard checked.remembers != nil else { return line }
        return line + "\n          "
            + (remembered == nil ? "the answer will be remembered" : "unless an answer is remembered, which only the daemon knows")
    }

    private static func step(_ step: ActionPlan.Step, number: Int) -> [String] {
        var traits = [step.step.kind]
        if step.step.isOptional { traits.append("optional") }
        if step.step.isSafeToRepeat { traits.append("safe to repeat") }
        return forecast(step, number, traits) + step.findings.map { "   \(word(for: $0.kind)): \($0.location): \($0.message.printable())" }
    }

    private static func word(for kind: StepFinding.Kind) -> String {
        switch kind {
        case .agreement: "checked"
        case .note: "note"
        case .contradiction: "differs"
        }
    }

    private static func forecast(_ step: ActionPlan.Step, _ number: Int, _ traits: [String]) -> [String] {
        let head = "\(number). \(step.step.id)  (\(traits.joined(separator: ", ")))"
        switch step.forecast {
        case .deferred(let earlier): return [head, "   planned once the step \"\(earlier)\" has run"]
        case .refused(let refusal): return [head, "   refused: \(refusal.code.rawValue): \(refusal.message)"]
        case .planned(let planned): return [head, "   \(planned.summary.printable())"] + details(planned.shown, indent: "     ")
        }
    }

    /// The plan's JSON, one member a line; strings in JSON's spelling, so that spaces and quotes can be told apart.
    private static func details(_ value: JSONValue, indent: String) -> [String] {
        guard case .object(let members) = value else { return [indent + value.text] }
        return members.flatMap { name, value -> [String] in
            switch value {
            case .object(let inner) where !inner.isEmpty: ["\(indent)\(name)"] + details(value, indent: indent + "  ")
            case .array(let elements) where !elements.isEmpty:
                ["\(indent)\(name)"] + elements.map { "\(indent)  \($0.text.printable())" }
            default: ["\(indent)\(name)  \(value.text.printable())"]
            }
        }
    }
}
