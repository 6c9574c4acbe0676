/// What stands between two braces of a template: a field, then its format or filters.
///
///     path [":" format] {"|" filter [":" argument]}
///
/// A path is names with dots between them; the elements of an array are named by their number from 0. An argument runs to the
/// next `|` or to the closing brace.
package struct Placeholder: Sendable, Hashable {
    package let path: [String]
    /// The type of what comes out: the field's own, or `string` after a format or a filter. `default` alone keeps the field's type.
    package let type: FieldType
    /// Whether a parameter that must never be shown is named, or holds what is named.
    package let namesSecret: Bool

    /// JSON in a string of JSON is of use; each quoting more would double the length once more.
    private static let mostQuotings = 2

    private let format: FieldFormat?
    private let filters: [TemplateFilter]
    private let standIn: JSONValue?

    /// - Parameter inside: the text between the braces.
    /// - Throws: ``DefinitionError`` for a syntax error, a field the scope doesn't have, a format or filter that doesn't fit the
    ///   field's type, and a field that may be absent with nothing to stand in for it.
    package init(_ inside: Substring, at location: SourceLocation, in scope: TemplateScope) throws(DefinitionError) {
        let parts = inside.split(separator: "|", omittingEmptySubsequences: false)
        let head = (parts.first ?? "").split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let names = head.first ?? ""
        let what = "{\(names)}"
        path = try Self.path(names, at: location)

        let field = try scope.field(path, at: location)
        var type = field.type
        format = head.count > 1 ? try FieldFormat(head[1], for: type, what, at: location) : nil
        if format != nil { type = .string }

        var filters: [TemplateFilter] = []
        var standIn: JSONValue?
        for part in parts.dropFirst() {
            let filter = try TemplateFilter(part, for: type, what, at: location)
            if case .default(let value) = filter {
                guard standIn == nil else { throw DefinitionError(location, "in \(what) a second default has no use") }
                guard field.isOptional || field.isOpen else {
                    throw DefinitionError(location, "\(what) is never absent: leave |default out")
                }
                standIn = value
            }
            type = filter.output(for: type)
            filters.append(filter)
        }
        guard filters.count(where: { $0 == .json }) <= Self.mostQuotings else {
            throw DefinitionError(location, "in \(what) the filter json stands more than twice: each one doubles the quotes in the text")
        }
        guard !field.isOptional || standIn != nil else {
            throw DefinitionError(location, "\(what) may be absent: give it |default:…")
        }
        self.filters = filters
        self.standIn = standIn
        self.type = type
        namesSecret = field.isSecret || field.type.holdsSecret
    }

    private static func path(_ names: Substring, at location: SourceLocation) throws(DefinitionError) -> [String] {
        let path = names.split(separator: ".", omittingEmptySubsequences: false).map { String($0) }
        for name in path {
            guard !name.isEmpty else {
                throw DefinitionError(
                    location,
                    names.isEmpty
                        ? "a placeholder names a field, such as {name}; a brace that is meant as text is written {{ or }}"
                        : "the path \"\(names.prefix(80))\" lacks a name at a dot")
            }
            guard !name.contains(where: { $0.isWhitespace || $0 == "{" }) else {
                throw DefinitionError(
                    location,
                    "\"\(names.prefix(80))\" is no path of a field, which has no spaces or braces;"
                        + " a brace that is meant as text is written {{ or }}")
            }
        }
        return path
    }

    /// The placeholder as it is called in messages.
    package var description: String { "{\(path.joined(separator: "."))}" }

    /// Fills in the placeholder as text.
    ///
    /// - Throws: ``PlanError`` if there is no value, or none that can be written as text.
    package func render(_ fields: FieldValues) throws(PlanError) -> RenderedText {
        let (value, isSecret) = try evaluate(fields)
        let text = try value.scalarText(description)
        return RenderedText(value: text, shown: isSecret ? RenderedText.hidden : text, startsWithField: true)
    }

    /// Fills in the placeholder as a value of its ``type``. A null stays null unless a format or filter takes it.
    ///
    /// - Throws: ``PlanError`` if there is no value.
    package func value(_ fields: FieldValues) throws(PlanError) -> RenderedValue {
        let (value, isSecret) = try evaluate(fields)
        return RenderedValue(value: value, shown: isSecret ? .string(RenderedText.hidden) : value)
    }

    private func evaluate(_ fields: FieldValues) throws(PlanError) -> (JSONValue, isSecret: Bool) {
        switch fields.lookup(path) {
        case .knownAfter(let step): throw .knownAfter(step: step)
        case .absent: return (try evaluateStandIn(), namesSecret)
        case .value(.null, let isSecret) where standIn != nil: return (try evaluateStandIn(), isSecret || namesSecret)
        case .value(let value, let isSecret): return (try filtered(try formatted(value)), isSecret || namesSecret)
        case .timestamp(let moment):
            guard case .date(let format) = format else { return (try filtered(.string(moment.description)), false) }
            return (try filtered(.string(format.text(of: moment, in: fields.zone))), false)
        }
    }

    /// Filters before `default` had nothing to work on; those after it work on the value that stands in.
    private func evaluateStandIn() throws(PlanError) -> JSONValue {
        guard var value = standIn else { throw .missing(description) }
        let position = filters.firstIndex { if case .default = $0 { true } else { false } } ?? filters.endIndex
        for filter in filters[position...] { value = try filter.apply(to: value, description) }
        return value
    }

    private func formatted(_ value: JSONValue) throws(PlanError) -> JSONValue {
        guard case .padded(let width) = format else { return value }
        guard case .integer(let integer) = value else {
            if value == .null { throw .missing(description) }
            throw .refused(.wrongType, "\(description) must be an integer to be padded with zeros, not \(value.typePhrase)")
        }
        return .string(FieldFormat.padded(integer, to: width))
    }

    private func filtered(_ value: JSONValue) throws(PlanError) -> JSONValue {
        var value = value
        for filter in filters { value = try filter.apply(to: value, description) }
        return value
    }
}
