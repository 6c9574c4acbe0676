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

    /// Plans every step as far as that can be told before any has run.
    ///
    /// - Parameter looking: whether results may be foreseen by looking at the disk; without it, a step that names
    ///   the result of an earlier one is deferred.
    package func preview(looking: Bool) -> ActionPlan {
        var planner = self
        var forecasts: [ActionPlan.Step] = []
        for step in action.steps {
            let forecast: ActionPlan.Forecast
            do {
                let planned = try planner.plan(step)
                forecast = .planned(planned)
                if looking, let result = planned.foresee() {
                    planner.setResult(result, of: step)
                } else {
                    planner.fields.expectResult(ofStep: step.id)
                }
            } catch {
                planner.fields.expectResult(ofStep: step.id)
                switch error {
                case .refused(let refusal): forecast = .refused(refusal)
                case .knownAfter(let earlier): forecast = .deferred(after: earlier)
                }
            }
            forecasts.append(ActionPlan.Step(step: step, forecast: forecast))
        }
        return ActionPlan(action: action, steps: forecasts)
    }
}
