import DeskbridgeCore

/// The environment of a process: built from nothing, by an allow-list.
struct ProcessEnvironment: Sendable {
    /// What is the same for every event.
    private let fixed: [String: RenderedText]
    private let own: [(name: String, value: Template)]

    /// - Parameters:
    ///   - own: the mapping under `environment`.
    ///   - inherited: the list under `inheritEnvironment`.
    ///   - bridge: the bridge's own environment.
    init(
        own: YAMLNode?, inherited: YAMLNode?, bridge: [String: String], in scope: TemplateScope
    ) throws(DefinitionError) {
        var fixed = ["PATH": RenderedText(literal: EnvironmentNames.path)]
        for (name, value) in bridge where EnvironmentNames.isPassedOn(name) { fixed[name] = RenderedText(literal: value) }
        for node in try inherited?.sequence("inheritEnvironment") ?? [] {
            let name = try node.string("each entry of inheritEnvironment")
            try EnvironmentNames.check(name, at: node.location)
            guard let value = bridge[name] else { continue }
            let shown = EnvironmentNames.soundsSecret(name) ? RenderedText.hidden : value
            fixed[name] = RenderedText(value: value, shown: shown, startsWithField: false)
        }
        self.fixed = fixed
        self.own = try Self.own(own, in: scope)
    }

    private static func own(_ node: YAMLNode?, in scope: TemplateScope) throws(DefinitionError) -> [(name: String, value: Template)] {
        guard let node else { return [] }
        var own: [(name: String, value: Template)] = []
        for member in try node.openMapping("environment").members {
            try EnvironmentNames.check(member.name, at: member.nameLocation)
            let value = try template(member.value, "environment.\(member.name)", in: scope)
            if EnvironmentNames.namesProgram(member.name), !value.isLiteral {
                throw member.value.error("environment.\(member.name) says which programs run or whom they talk to, so it may name no field")
            }
            own.append((member.name, value))
        }
        return own
    }

    private static func template(_ node: YAMLNode, _ what: String, in scope: TemplateScope) throws(DefinitionError) -> Template {
        switch node.content {
        case .scalar(.integer, let text), .scalar(.decimal, let text):
            try Template(text, at: node.location, in: TemplateScope())
        default: try Template(parsing: node, what, in: scope)
        }
    }

    /// The variables in the order of their names.
    func render(_ fields: FieldValues) throws(PlanError) -> [ProcessPlan.Variable] {
        var values = fixed
        for (name, template) in own { values[name] = try template.render(fields) }
        let chosen = Set(own.filter { !$0.value.isLiteral }.map(\.name))
        return values.map { ProcessPlan.Variable(name: $0.key, text: $0.value, isChosen: chosen.contains($0.key)) }
            .sorted { $0.name < $1.name }
    }
}
