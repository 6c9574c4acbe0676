import DeskbridgeCore

/// What a process reads from its standard input.
enum ProcessInput: Sendable {
    /// Nothing: /dev/null.
    case none
    /// The event's payload as compact JSON.
    case payload
    case text(Template)

    init(parsing node: YAMLNode?, in scope: TemplateScope) throws(DefinitionError) {
        guard let node else {
            self = .none
            return
        }
        switch node.content {
        case .scalar(.string("none"), _): self = .none
        case .scalar(.string("payload"), _): self = .payload
        case .mapping:
            let mapping = try node.mapping("stdin", keys: Self.schema.names)
            self = .text(try Template(parsing: mapping.required("text"), "stdin.text", in: scope))
        default: throw node.error("stdin must be payload, none or {text: …}")
        }
    }

    func render(_ fields: FieldValues) throws(PlanError) -> RenderedText? {
        switch self {
        case .none: nil
        case .payload: RenderedText(value: fields.payload.text, shown: fields.shownPayload.text, startsWithField: true)
        case .text(let template): try template.render(fields)
        }
    }
}

extension ProcessInput {
    static let schema = MappingSchema([.required("text", "What it reads.", .template)])
}
