package import OrderedCollections

/// A JSON value whose strings are templates; a string that is one placeholder keeps the type of its field.
///
/// Names of members are taken as they are written.
package struct ValueTemplate: Sendable, Hashable {
    package indirect enum Content: Sendable, Hashable {
        /// A value that no event changes, braces undoubled.
        case literal(JSONValue)
        case placeholder(Placeholder)
        /// Text with at least one placeholder in it.
        case text(Template)
        case array([ValueTemplate])
        case object(OrderedDictionary<String, ValueTemplate>)
    }

    package let content: Content
    package let location: SourceLocation

    /// - Throws: ``DefinitionError`` as ``Template`` does, for each string in the value.
    package init(parsing node: YAMLNode, in scope: TemplateScope) throws(DefinitionError) {
        location = node.location
        switch node.content {
        case .scalar(.string(let text), _):
            let template = try Template(text, in: scope, location: node.location(ofCharacter:))
            if let literal = template.literalText {
                content = .literal(.string(literal))
            } else if let placeholder = template.onlyPlaceholder {
                content = .placeholder(placeholder)
            } else {
                try template.requireTexts(at: node.location)
                content = .text(template)
            }
        case .scalar(let value, _):
            content = .literal(value)
        case .sequence(let nodes):
            var elements: [ValueTemplate] = []
            for element in nodes { elements.append(try ValueTemplate(parsing: element, in: scope)) }
            content = .array(elements)
        case .mapping(let nodes):
            var members = OrderedDictionary<String, ValueTemplate>()
            for member in nodes { members[member.name] = try ValueTemplate(parsing: member.value, in: scope) }
            content = .object(members)
        }
    }

    /// Fills in the placeholders. Strings made are never read as templates again.
    ///
    /// - Throws: ``PlanError`` as ``Placeholder`` does.
    package func render(_ fields: FieldValues) throws(PlanError) -> RenderedValue {
        switch content {
        case .literal(let value): return RenderedValue(value: value, shown: value)
        case .placeholder(let placeholder): return try placeholder.value(fields)
        case .text(let template):
            let text = try template.render(fields)
            return RenderedValue(value: .string(text.value), shown: .string(text.shown))
        case .array(let elements):
            var rendered: [RenderedValue] = []
            for element in elements { rendered.append(try element.render(fields)) }
            return RenderedValue(value: .array(rendered.map(\.value)), shown: .array(rendered.map(\.shown)))
        case .object(let members):
            var values = JSONObject()
            var shown = JSONObject()
            for (name, member) in members {
                let rendered = try member.render(fields)
                values[name] = rendered.value
                shown[name] = rendered.shown
            }
            return RenderedValue(value: .object(values), shown: .object(shown))
        }
    }
}

extension ValueTemplate {
    /// The value, if it holds no placeholder: then it can be checked when its file is loaded.
    package var literalValue: JSONValue? {
        switch content {
        case .literal(let value): return value
        case .placeholder, .text: return nil
        case .array(let elements):
            let values = elements.compactMap(\.literalValue)
            return values.count == elements.count ? .array(values) : nil
        case .object(let members):
            let values = members.compactMapValues(\.literalValue)
            return values.count == members.count ? .object(values) : nil
        }
    }

    /// The fields it names, in their order.
    package var placeholders: [Placeholder] {
        switch content {
        case .literal: []
        case .placeholder(let placeholder): [placeholder]
        case .text(let template): template.placeholders
        case .array(let elements): elements.flatMap(\.placeholders)
        case .object(let members): members.values.flatMap(\.placeholders)
        }
    }

    /// Whether it names a field that must never be shown.
    package var namesSecret: Bool { placeholders.contains(where: \.namesSecret) }
}
