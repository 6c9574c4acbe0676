import DeskbridgeCore

/// The kinds of steps there are. A new kind is one line where the table is made.
package struct HandlerTable: Sendable {
    private let handlers: [any StepHandler]

    package init(_ handlers: [any StepHandler]) { self.handlers = handlers }

    /// The YAML keys that select a handler, in the order of the table.
    package var keys: [String] { handlers.map { type(of: $0).key } }

    /// What may stand under each of them.
    var schemas: [(key: String, schema: ValueSchema)] { handlers.map { (type(of: $0).key, type(of: $0).schema) } }

    /// Reads the part of a step that stands under a handler's key. Nil if no handler has that key.
    func bind(_ key: String, _ node: YAMLNode, in scope: TemplateScope) throws(DefinitionError) -> BoundStep? {
        guard let handler = handlers.first(where: { type(of: $0).key == key }) else { return nil }
        return try Self.bind(handler, node, in: scope)
    }

    private static func bind<Handler: StepHandler>(
        _ handler: Handler, _ node: YAMLNode, in scope: TemplateScope
    ) throws(DefinitionError) -> BoundStep {
        let step = try handler.parse(node, in: scope)
        return BoundStep(
            isAlwaysSafeToRepeat: step.isAlwaysSafeToRepeat,
            resultType: step.resultType,
            violations: { grants in step.violations(of: grants) },
            plan: { (fields, grants) throws(PlanError) in
                let plan = try step.plan(fields, grants: grants)
                return PlannedStep(
                    summary: plan.summary,
                    particulars: plan.particulars,
                    shown: plan.shown,
                    perform: { run in await handler.perform(plan, in: run) },
                    foresee: { await handler.foresee(plan) },
                    inspect: { activating in await handler.inspect(step, plan, activating: activating) })
            },
            inspect: { activating in await handler.inspect(step, nil, activating: activating) })
    }
}
