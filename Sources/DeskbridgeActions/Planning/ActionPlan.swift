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
    }

    package let action: Action
    package let steps: [Step]

    /// The first rule that the values break in a step that the event cannot do without.
    package var refusal: (step: String, refusal: PlanRefusal)? {
        for step in steps where !step.step.isOptional {
            if case .refused(let refusal) = step.forecast { return (step.step.id, refusal) }
        }
        return nil
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
        return .object(members)
    }
}
