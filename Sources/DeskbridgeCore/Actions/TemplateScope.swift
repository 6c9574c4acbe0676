/// The fields that a template at one place of an action may name.
package struct TemplateScope: Sendable {
    private var fields: [String: FieldDeclaration]

    package init(_ fields: [String: FieldDeclaration] = [:]) { self.fields = fields }

    package mutating func declare(_ name: String, _ declaration: FieldDeclaration) { fields[name] = declaration }

    package var names: [String] { fields.keys.sorted() }

    package subscript(name: String) -> FieldDeclaration? { fields[name] }
}
