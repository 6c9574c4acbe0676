package import DeskbridgeCore

/// Computes what an event would do, with nothing done. `serve` runs these plans, `dry-run` shows them.
package struct ActionPlanner: Sendable {
    package let action: Action
    package let grants: Grants
    private let parameters: JSONObject
    private var fields: FieldValues

    /// - Parameters:
    ///   - parameters: as the action's ``ParameterSet`` validated them.
    ///   - payload: as it was sent.
    package init(action: Action, grants: Grants, parameters: JSONObject, payload: JSONValue, event: EventFields) {
        self.action = action
        self.grants = grants
        self.parameters = parameters
        fields = FieldValues(
            parameters: parameters, secretNames: action.parameters.secretNames, date: event.acceptedAt, event: event.members,
            payload: payload)
    }

    package mutating func setResult(_ result: JSONValue, of step: ActionStep) {
        fields.setResult(result, ofStep: step.id)
    }

    /// Plans one step from the fields known by now.
    package func plan(_ step: ActionStep) throws(PlanError) -> PlannedStep { try step.bound.plan(fields, grants) }

    /// The text that events of a concurrency limit are counted by. Nil if the action has no limit.
    package func concurrencyKey() throws(PlanError) -> String? {
        guard let concurrency = action.concurrency else { return nil }
        return try concurrency.key?.render(fields).value ?? ""
    }

    /// The payload of the confirmation, once all steps have their results.
    package func confirmationPayload() throws(PlanError) -> JSONValue {
        if let result = action.result { return try result.render(fields).value }
        return .object(parameters.filter { !action.parameters.secretNames.contains($0.key) })
    }

    /// Plans every step as far as that can be told before any has run. A step that names the result of an earlier one is deferred.
    package func preview() -> ActionPlan {
        var planner = self
        let steps = action.steps.map { step in
            defer { planner.fields.expectResult(ofStep: step.id) }
            return ActionPlan.Step(step: step, forecast: planner.forecast(step))
        }
        return ActionPlan(action: action, steps: steps)
    }

    /// The same with the results that a look at the disk foresees.
    package func foreseeing() async -> ActionPlan {
        var planner = self
        var steps: [ActionPlan.Step] = []
        for step in action.steps {
            let forecast = planner.forecast(step)
            if case .planned(let planned) = forecast, let result = await planned.foresee() {
                planner.setResult(result, of: step)
            } else {
                planner.fields.expectResult(ofStep: step.id)
            }
            steps.append(ActionPlan.Step(step: step, forecast: forecast))
        }
        return ActionPlan(action: action, steps: steps)
    }

    private func forecast(_ step: ActionStep) -> ActionPlan.Forecast {
        do { return .planned(try plan(step)) } catch {
            switch error {
            case .refused(let refusal): return .refused(refusal)
            case .knownAfter(let earlier): return .deferred(after: earlier)
            }
        }
    }
}
