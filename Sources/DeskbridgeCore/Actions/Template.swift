/// A text with placeholders, checked when its file is loaded and filled in one pass when an event is planned.
///
/// A placeholder is one field, then a format or filters: `{name}`, `{name|slug|truncate:40}`, `{shot:04}`,
/// `{date:yyyy-MM-dd}`, `{steps.project.path}`; `{{` and `}}` are braces.
package struct Template: Sendable, Hashable {
    enum Piece: Sendable, Hashable {
        case literal(String)
        case field(Placeholder)
    }

    /// The longest text that a template makes, in bytes: a value that stands in it many times would make it as long as memory lasts.
    package static let longestText = 16 << 20

    package let source: String
    private let pieces: [Piece]

    /// - Throws: ``DefinitionError`` for a syntax error, a field the scope doesn't have, or a filter or format that doesn't fit the
    ///   field's type. All of them are placed at `location`.
    package init(_ source: String, at location: SourceLocation, in scope: TemplateScope) throws(DefinitionError) {
        try self.init(source, in: scope) { _ in location }
        try requireTexts(at: location)
    }

    /// Reads the string scalar at `node`; `what` names it in messages. Mistakes are placed at their own characters.
    package init(parsing node: YAMLNode, _ what: String, in scope: TemplateScope) throws(DefinitionError) {
        try self.init(node.string(what), in: scope, location: node.location(ofCharacter:))
        try requireTexts(at: node.location)
    }

    /// A template whose placeholders need not have a text: only a value can be made of it until ``requireTexts(at:)``.
    init(_ source: String, in scope: TemplateScope, location: (Int) -> SourceLocation) throws(DefinitionError) {
        self.source = source
        pieces = try Self.pieces(of: source, in: scope, location: location)
    }

    /// - Throws: ``DefinitionError`` if a placeholder is an array or object that nothing turns into text.
    func requireTexts(at location: SourceLocation) throws(DefinitionError) {
        for case .field(let placeholder) in pieces {
            switch placeholder.type {
            case .array: throw DefinitionError(location, "\(placeholder.description) is an array: write it with |json or |join:, ")
            case .object: throw DefinitionError(location, "\(placeholder.description) is an object: write it with |json")
            case .string, .integer, .number, .boolean, .timestamp, .any: break
            }
        }
    }

    private static func pieces(
        of source: String, in scope: TemplateScope, location: (Int) -> SourceLocation
    ) throws(DefinitionError) -> [Piece] {
        let scalars = source.unicodeScalars
        var pieces: [Piece] = []
        var literal = String.UnicodeScalarView()
        var index = scalars.startIndex
        var offset = 0

        while index < scalars.endIndex {
            let scalar = scalars[index]
            let next = scalars.index(after: index)
            let isDoubled = next < scalars.endIndex && scalars[next] == scalar
            if scalar == "{" || scalar == "}", isDoubled {
                literal.append(scalar)
                index = scalars.index(after: next)
                offset += 2
            } else if scalar == "{" {
                guard let close = scalars[next...].firstIndex(of: "}") else {
                    throw DefinitionError(location(offset), "this { is not closed; a brace that is meant as text is written {{")
                }
                if !literal.isEmpty { pieces.append(.literal(String(literal))) }
                literal = String.UnicodeScalarView()
                pieces.append(.field(try Placeholder(source[next..<close], at: location(offset), in: scope)))
                offset += scalars.distance(from: index, to: close) + 1
                index = scalars.index(after: close)
            } else if scalar == "}" {
                throw DefinitionError(location(offset), "this } closes nothing; a brace that is meant as text is written }}")
            } else {
                literal.append(scalar)
                index = next
                offset += 1
            }
        }
        if !literal.isEmpty { pieces.append(.literal(String(literal))) }
        return pieces
    }

    /// Fills in the placeholders. The text made is never read as a template again.
    ///
    /// - Throws: ``PlanError`` as ``Placeholder/render(_:)`` does, and for a text longer than ``longestText``.
    package func render(_ fields: FieldValues) throws(PlanError) -> RenderedText {
        var value = ""
        var shown = ""
        var startsWithField = false
        for piece in pieces {
            switch piece {
            case .literal(let text):
                value += text
                shown += text
            case .field(let placeholder):
                let text = try placeholder.render(fields)
                if value.isEmpty, !text.value.isEmpty { startsWithField = true }
                value += text.value
                shown += text.shown
            }
            guard value.utf8.count <= Self.longestText else {
                throw .refused(.tooLong, "a text that the action makes has more than \(Self.longestText >> 20) MiB")
            }
        }
        return RenderedText(value: value, shown: shown, startsWithField: startsWithField)
    }
}

extension Template {
    /// The fields it names, in their order.
    package var placeholders: [Placeholder] {
        pieces.compactMap { if case .field(let placeholder) = $0 { placeholder } else { nil } }
    }

    /// The placeholder, if the template is one and nothing else.
    package var onlyPlaceholder: Placeholder? {
        guard pieces.count == 1, case .field(let placeholder) = pieces[0] else { return nil }
        return placeholder
    }

    /// The text, if the template holds no placeholder.
    package var literalText: String? {
        if pieces.isEmpty { return "" }
        guard pieces.count == 1, case .literal(let text) = pieces[0] else { return nil }
        return text
    }

    package var isLiteral: Bool { literalText != nil }

    /// Whether it names a field that must never be shown.
    package var namesSecret: Bool { placeholders.contains(where: \.namesSecret) }
}
