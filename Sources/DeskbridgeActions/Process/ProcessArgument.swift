import DeskbridgeCore

/// One element of a process's argv after the executable.
struct ProcessArgument: Sendable {
    let template: Template
    /// Whether a field may turn it into an option.
    let mayBeOption: Bool

    /// - Parameter what: what the element is called in messages.
    init(parsing node: YAMLNode, _ what: String, in scope: TemplateScope) throws(DefinitionError) {
        switch node.content {
        case .scalar(.string, _):
            template = try Template(parsing: node, what, in: scope)
            mayBeOption = false
        case .scalar(.integer, let text), .scalar(.decimal, let text):
            template = try Template(text, at: node.location, in: TemplateScope())
            mayBeOption = false
        case .scalar:
            throw node.error("\(what) must be a string, not \(node.kind): put it in quotes")
        case .mapping:
            let mapping = try node.mapping(what, keys: Self.schema.names)
            template = try Template(parsing: mapping.required("value"), "\(what).value", in: scope)
            mayBeOption = try mapping["mayBeOption"]?.boolean("\(what).mayBeOption") ?? false
        case .sequence:
            throw node.error("\(what) must be a string or {value: …, mayBeOption: true}, not \(node.kind)")
        }
    }

    /// Whether it is the `--` after which programs look for no more options (POSIX.1-2017, Utility Syntax Guideline 10).
    var endsOptions: Bool { template.literalText == "--" }

    /// - Parameter position: where it stands in argv, for messages.
    /// - Throws: ``PlanError`` if a field makes it an option where it must not be one.
    func render(_ fields: FieldValues, position: Int, optionsHaveEnded: Bool) throws(PlanError) -> RenderedText {
        let text = try template.render(fields)
        guard text.startsWithField, text.value.utf8.first == UInt8(ascii: "-"), !optionsHaveEnded, !mayBeOption else { return text }
        throw .refused(
            .optionNotAllowed,
            """
            argv[\(position)] starts with a value that begins with "-" (\(text.shown.prefix(60))), which the program would take \
            as an option; put "--" before it, or write {value: …, mayBeOption: true} if options are meant
            """)
    }
}

extension ProcessArgument {
    static let schema = MappingSchema([
        .required("value", "The argument.", .template),
        .optional("mayBeOption", "Whether a field may turn it into an option, one that begins with -.", .boolean, default: false),
    ])
}
