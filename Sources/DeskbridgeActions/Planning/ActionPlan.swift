package import DeskbridgeCore

/// All that an event would do, computed with nothing done.
package struct ActionPlan: Sendable {
    package enum Forecast: Sendable {
        case planned(PlannedStep)
        /// It names the result of a step that has to run first.
        case deferred(after: String)
        case refused(PlanRefusal)
    }

    package struct Step: Sendable {
        package let step: ActionStep
        package let forecast: Forecast
        /// What a look at the real thing told.
        package fileprivate(set) var findings: [StepFinding] = []
    }

    package let action: Action
    package private(set) var steps: [Step]

    package init(action: Action, steps: [Step]) {
        self.action = action
        self.steps = steps
    }

    /// The first rule that the values break in a step that the event cannot do without.
    package var refusal: (step: String, refusal: PlanRefusal)? {
        for step in steps where !step.step.isOptional {
            if case .refused(let refusal) = step.forecast { return (step.step.id, refusal) }
        }
        return nil
    }

    /// The plan with what a look at the real things that its steps are about tells; all at once, as each may take its time.
    /// - Parameter activating: whether what a step would start may be started to look at it.
    package func inspected(activating: Bool) async -> ActionPlan {
        var plan = self
        await withTaskGroup(of: (Int, [StepFinding]).self) { group in
            for (index, step) in steps.enumerated() { group.addTask { (index, await step.inspect(activating)) } }
            for await (index, findings) in group { plan.steps[index].findings = findings }
        }
        return plan
    }

    /// The plan as JSON, secrets hidden.
    package var shown: JSONValue {
        [
            "action": .string(action.name), "type": .string(action.type.text), "confirm": .string(action.confirm.text),
            "steps": .array(steps.map(\.shown)),
        ]
    }
}

extension ActionPlan.Step {
    fileprivate func inspect(_ activating: Bool) async -> [StepFinding] {
        switch forecast {
        case .planned(let planned): await planned.inspect(activating)
        case .deferred: await step.bound.inspect(activating)
        case .refused: []
        }
    }

    package var shown: JSONValue {
        var members: JSONObject = [
            "id": .string(step.id), "kind": .string(step.kind), "safeToRepeat": .bool(step.isSafeToRepeat),
            "optional": .bool(step.isOptional),
        ]
        switch forecast {
        case .planned(let planned):
            members["summary"] = .string(planned.summary)
            members["plan"] = planned.shown
        case .deferred(let earlier): members["knownAfter"] = .string(earlier)
        case .refused(let refusal):
            members["refused"] = ["code": .string(refusal.code.rawValue), "message": .string(refusal.message)]
        }
        if !findings.isEmpty { members["findings"] = .array(findings.map(\.shown)) }
        return .object(members)
    }
}
