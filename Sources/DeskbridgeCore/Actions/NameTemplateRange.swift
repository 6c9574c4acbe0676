/// The numbers of `{1..shots:03}`: from the first bound to the last, both included; none if the last is smaller.
///
/// A bound is an integer from 0 to 999999999, or a field that holds one. The width after the colon is filled with zeros.
struct NameTemplateRange: Sendable, Hashable {
    enum Bound: Sendable, Hashable {
        case literal(Int)
        case field(Placeholder)
    }

    /// The numbers for one event.
    struct Numbers: Sendable {
        let lower: Int
        let count: Int
        let width: Int
        /// Whether the numbers tell what must never be shown.
        let isSecret: Bool
    }

    static let largest = 999_999_999

    let lower: Bound
    let upper: Bound
    let width: Int

    var namesSecret: Bool {
        [lower, upper].contains { bound in
            if case .field(let placeholder) = bound { placeholder.namesSecret } else { false }
        }
    }

    /// - Parameters:
    ///   - inside: the text between the braces, with `..` in it.
    init(_ inside: Substring, at location: SourceLocation, in scope: TemplateScope) throws(DefinitionError) {
        let parts = inside.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let bounds = Self.bounds(parts[0])
        guard let bounds else {
            throw DefinitionError(location, "{\(inside.prefix(80))} is no range: write {1..10}, {1..shots} or {1..shots:03}")
        }
        lower = try Self.bound(bounds.0, at: location, in: scope)
        upper = try Self.bound(bounds.1, at: location, in: scope)
        if case .literal(let first) = lower, case .literal(let last) = upper, last < first {
            throw DefinitionError(location, "the range {\(inside)} is empty: it counts from \(first) up to \(last)")
        }
        if parts.count > 1 {
            guard let width = FieldFormat.width(parts[1]) else {
                throw DefinitionError(
                    location, "\"\(parts[1].prefix(40))\" is no format for a range: write 0 and a width of 1 to 18, such as 03")
            }
            self.width = width
        } else {
            width = 1
        }
    }

    var isLiteral: Bool {
        if case .literal = lower, case .literal = upper { true } else { false }
    }

    /// - Throws: ``PlanError`` if a field holds no integer, or one out of bounds.
    func numbers(_ fields: FieldValues) throws(PlanError) -> Numbers {
        let first = try Self.number(lower, fields)
        let last = try Self.number(upper, fields)
        return Numbers(
            lower: first.number, count: max(0, last.number - first.number + 1), width: width, isSecret: first.isSecret || last.isSecret)
    }

    private static func bounds(_ text: Substring) -> (Substring, Substring)? {
        let scalars = text.unicodeScalars
        guard let dot = scalars.indices.first(where: { scalars[$0...].starts(with: "..".unicodeScalars) }) else { return nil }
        let lower = text[..<dot]
        let upper = text[scalars.index(dot, offsetBy: 2)...]
        guard !lower.isEmpty, !upper.isEmpty, !upper.unicodeScalars.starts(with: ".".unicodeScalars) else { return nil }
        return (lower, upper)
    }

    private static func bound(_ text: Substring, at location: SourceLocation, in scope: TemplateScope) throws(DefinitionError) -> Bound {
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == UInt8(ascii: "-") }) else {
            let placeholder = try Placeholder(text, at: location, in: scope)
            guard placeholder.type == .integer || placeholder.type == .any else {
                throw DefinitionError(
                    location,
                    "the bound \"\(text)\" of a range must be an integer, and \(placeholder.description) is \(placeholder.type.phrase)")
            }
            return .field(placeholder)
        }
        guard text.utf8.count <= 9, let number = Int(text), number >= 0 else {
            throw DefinitionError(location, "the bound \"\(text.prefix(40))\" of a range must be an integer from 0 to \(largest)")
        }
        guard String(number) == text else {
            throw DefinitionError(
                location, "write the bound \"\(text)\" of the range as \(number), and its width behind a colon, such as :03")
        }
        return .literal(number)
    }

    private static func number(_ bound: Bound, _ fields: FieldValues) throws(PlanError) -> (number: Int, isSecret: Bool) {
        switch bound {
        case .literal(let number): return (number, false)
        case .field(let placeholder):
            let rendered = try placeholder.value(fields)
            if rendered.value == .null { throw .refused(.missingValue, "\(placeholder.description) bounds a range and has no value") }
            guard let integer = rendered.value.integerValue else {
                throw .refused(
                    .wrongType, "\(placeholder.description) bounds a range and must be an integer, not \(rendered.value.typeName)")
            }
            guard (0...Int64(largest)).contains(integer) else {
                throw .refused(.outOfRange, "\(placeholder.description) bounds a range and must be from 0 to \(largest)")
            }
            return (Int(integer), rendered.shown != rendered.value)
        }
    }
}
