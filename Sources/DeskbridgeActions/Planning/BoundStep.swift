package import DeskbridgeCore

/// A step tied to the handler that plans and performs it, whichever kind it is.
package struct BoundStep: Sendable {
    package let isAlwaysSafeToRepeat: Bool
    package let resultType: FieldType
    /// What the grants forbid whatever an event says.
    package let violations: @Sendable (Grants) -> [DefinitionError]
    package let plan: @Sendable (FieldValues, Grants) throws(PlanError) -> PlannedStep
    /// Compares it with the real thing, as far as that can be done without an event.
    package let inspect: @Sendable (_ activating: Bool) async -> [StepFinding]
}

/// What one step is going to do, ready to be shown or done. Both come from the same plan.
package struct PlannedStep: Sendable {
    /// The plan in one line, secrets hidden.
    package let summary: String
    /// What the line leaves out and an event may have chosen, one line each, secrets hidden.
    package let particulars: [String]
    /// The whole plan, secrets hidden.
    package let shown: JSONValue
    package let perform: @Sendable (StepRun) async -> StepOutcome
    /// The result as far as looking can tell.
    package let foresee: @Sendable () async -> JSONValue?
    /// Compares it with the real thing.
    package let inspect: @Sendable (_ activating: Bool) async -> [StepFinding]
}
