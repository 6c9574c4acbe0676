package import DeskbridgeCore

/// One kind of step. To add a kind, write one of these and name it in ``HandlerTable``.
package protocol StepHandler: Sendable {
    associatedtype Step: PlannableStep

    /// The YAML key that selects it.
    static var key: String { get }

    /// What may stand under the key, as editors are told it, with a description of what such a step does.
    static var schema: ValueSchema { get }

    /// Reads what stands under the key; `scope` holds the fields its templates may name.
    /// - Throws: ``DefinitionError`` for all that can be known to be wrong before there is an event.
    func parse(_ node: YAMLNode, in scope: TemplateScope) throws(DefinitionError) -> Step

    /// Does what the plan says. The only effect there is: nothing but the plan decides what is done.
    ///
    /// When its task is cancelled it undoes or ends what it began, and returns soon.
    func perform(_ plan: Step.Plan, in run: StepRun) async -> StepOutcome

    /// What a step run by this plan would return, as far as that can be told by only looking. For dry runs.
    /// Whatever it looks at may keep it waiting: not on a thread of the cooperative pool.
    func foresee(_ plan: Step.Plan) async -> JSONValue?

    /// Compares the step with the real thing that it is about, as far as looking can tell.
    ///
    /// - Parameters:
    ///   - plan: what it would do for an event; nil if there is none, or none that can be planned yet.
    ///   - activating: whether what the step itself would start may be started to look at it.
    func inspect(_ step: Step, _ plan: Step.Plan?, activating: Bool) async -> [StepFinding]
}

extension StepHandler {
    package func foresee(_ plan: Step.Plan) async -> JSONValue? { nil }

    package func inspect(_ step: Step, _ plan: Step.Plan?, activating: Bool) async -> [StepFinding] { [] }
}

/// A step as its action file defines it.
package protocol PlannableStep: Sendable {
    associatedtype Plan: StepPlan

    /// Whether running it twice is the same as running it once, whatever its action says.
    var isAlwaysSafeToRepeat: Bool { get }

    /// The type of its result, for the templates of later steps.
    var resultType: FieldType { get }

    /// What the grants forbid whatever the event says. Checked when files load.
    func violations(of grants: Grants) -> [DefinitionError]

    /// All that the step would do for these values. Pure.
    /// - Throws: ``PlanError`` if the values or the grants don't allow it.
    func plan(_ fields: FieldValues, grants: Grants) throws(PlanError) -> Plan
}

/// What one step is going to do, to the last byte.
package protocol StepPlan: Sendable, Equatable {
    /// The plan in one line for people, secrets hidden.
    var summary: String { get }
    /// What the line leaves out and an event may have chosen, one line each, secrets hidden: who is asked about the plan must see it too.
    var particulars: [String] { get }
    /// The whole plan for dry runs and listings, secrets hidden.
    var shown: JSONValue { get }
}
