/// A path, or many, made of names with `/` between them, checked when its file is loaded.
///
/// A name holds text, placeholders as ``Template`` has them, choices `{textures,models}` and ranges `{1..shots:03}`; `{{` and `}}` are
/// braces. Each choice and range multiplies the paths. Only a `/` of the file divides names: one in a value is refused.
package struct NameTemplate: Sendable, Hashable {
    /// What a path may consist of.
    package enum Kind: Sendable {
        /// One path: no choices and no ranges.
        case single
        case multiple
    }

    enum Part: Sendable, Hashable {
        case literal(String)
        case field(Placeholder)
        case choice([String])
        case range(NameTemplateRange)
    }

    /// The most paths that one template makes.
    package static let mostPaths = 10_000
    /// The most names in a path.
    package static let deepest = 32

    package let source: String
    let names: [[Part]]

    /// How many names each of its paths has.
    package var depth: Int { names.count }

    /// Its paths if it has the same ones for every event, otherwise nil.
    ///
    /// - Throws: ``PlanError/refused(_:)`` as ``paths(_:)`` does.
    package func literalPaths() throws(PlanError) -> [[SegmentName]]? { try isLiteral ? paths(Self.noFields) : nil }

    /// How many paths it has whatever the event says; 1 if that depends on the event.
    package var literalCount: Int { isLiteral ? (try? count(Self.noFields)) ?? 1 : 1 }

    private var isLiteral: Bool {
        names.joined().allSatisfy { part in
            switch part {
            case .literal, .choice: true
            case .field: false
            case .range(let range): range.isLiteral
            }
        }
    }

    /// Whether a secret parameter is named, so that the names made of it must not be shown.
    package var namesSecret: Bool {
        names.joined().contains { part in
            switch part {
            case .literal, .choice: false
            case .field(let placeholder): placeholder.namesSecret
            case .range(let range): range.namesSecret
            }
        }
    }

    private static let noFields = FieldValues(parameters: [:], date: Timestamp(milliseconds: 0))

    /// - Parameters:
    ///   - what: what the template is called in messages.
    ///   - location: where the character with this number stands; counts Unicode scalars from 0.
    /// - Throws: ``DefinitionError`` for a syntax error, what ``Placeholder`` refuses, and text that breaks a rule of ``SegmentName``,
    ///   except that a name may begin with a dot of the file.
    package init(
        _ source: String, _ what: String, _ kind: Kind, in scope: TemplateScope, location: @escaping (Int) -> SourceLocation
    ) throws(DefinitionError) {
        self.source = source
        names = try NameTemplateParser.names(of: source, what, kind, in: scope, location: location)
        guard names.count <= Self.deepest else {
            throw DefinitionError(location(0), "\(what) has \(names.count) names, at most \(Self.deepest) may lie within each other")
        }
        do throws(PlanError) { _ = try literalPaths() } catch {
            if case .refused(let refusal) = error { throw DefinitionError(location(0), "\(what) cannot be: \(refusal.message)") }
        }
    }

    /// A template made of names that were read before.
    init(source: String, names: [[Part]]) {
        self.source = source
        self.names = names
    }

    /// Reads the string scalar at `node`.
    package init(parsing node: YAMLNode, _ what: String, _ kind: Kind, in scope: TemplateScope) throws(DefinitionError) {
        try self.init(node.string(what), what, kind, in: scope, location: node.location(ofCharacter:))
    }
}
