/// Reads the text of a ``NameTemplate`` and finds all that is wrong with it whatever the event says.
struct NameTemplateParser {
    private let what: String
    private let kind: NameTemplate.Kind
    private let scope: TemplateScope
    private let location: (Int) -> SourceLocation

    private var names: [[NameTemplate.Part]] = []
    private var parts: [NameTemplate.Part] = []
    private var offsets: [Int] = []
    private var literal = String.UnicodeScalarView()
    private var literalOffset = 0
    private var nameOffset = 0

    static func names(
        of source: String, _ what: String, _ kind: NameTemplate.Kind, in scope: TemplateScope, location: @escaping (Int) -> SourceLocation
    ) throws(DefinitionError) -> [[NameTemplate.Part]] {
        var parser = NameTemplateParser(what: what, kind: kind, scope: scope, location: location)
        return try parser.parse(source.unicodeScalars)
    }

    private init(what: String, kind: NameTemplate.Kind, scope: TemplateScope, location: @escaping (Int) -> SourceLocation) {
        self.what = what
        self.kind = kind
        self.scope = scope
        self.location = location
    }

    private mutating func parse(_ scalars: String.UnicodeScalarView) throws(DefinitionError) -> [[NameTemplate.Part]] {
        guard !scalars.isEmpty else { throw error(0, "\(what) is empty") }
        var index = scalars.startIndex
        var offset = 0
        while index < scalars.endIndex {
            let scalar = scalars[index]
            let next = scalars.index(after: index)
            let isDoubled = next < scalars.endIndex && scalars[next] == scalar
            if scalar == "{" || scalar == "}", isDoubled {
                append(scalar, at: offset)
                index = scalars.index(after: next)
                offset += 2
            } else if scalar == "{" {
                guard let close = scalars[next...].firstIndex(of: "}") else {
                    throw error(offset, "this { is not closed; a brace that is meant as text is written {{")
                }
                endLiteral()
                parts.append(try part(Substring(scalars[next..<close]), at: offset))
                offsets.append(offset)
                offset += scalars.distance(from: index, to: close) + 1
                index = scalars.index(after: close)
            } else if scalar == "}" {
                throw error(offset, "this } closes nothing; a brace that is meant as text is written }}")
            } else if scalar == "/" {
                try endName()
                index = next
                offset += 1
                nameOffset = offset
            } else {
                append(scalar, at: offset)
                index = next
                offset += 1
            }
        }
        try endName()
        return names
    }

    private mutating func append(_ scalar: Unicode.Scalar, at offset: Int) {
        if literal.isEmpty { literalOffset = offset }
        literal.append(scalar)
    }

    private mutating func endLiteral() {
        guard !literal.isEmpty else { return }
        parts.append(.literal(String(literal)))
        offsets.append(literalOffset)
        literal = String.UnicodeScalarView()
    }

    private mutating func endName() throws(DefinitionError) {
        endLiteral()
        guard !parts.isEmpty else {
            throw error(nameOffset, "\(what) has an empty name: no / stands at its beginning, at its end or beside another")
        }
        try check()
        names.append(parts)
        parts = []
        offsets = []
    }

    private func part(_ inside: Substring, at offset: Int) throws(DefinitionError) -> NameTemplate.Part {
        let head = inside.prefix { $0 != ":" && $0 != "|" }
        let isRange = head.contains("..")
        guard isRange || head.contains(",") else { return .field(try field(inside, at: offset)) }
        guard kind == .multiple else {
            throw error(offset, "\(what) is of one folder: \(isRange ? "ranges" : "choices") belong in its tree")
        }
        if isRange { return .range(try NameTemplateRange(inside, at: location(offset), in: scope)) }
        return .choice(try choice(inside, at: offset))
    }

    private func field(_ inside: Substring, at offset: Int) throws(DefinitionError) -> Placeholder {
        let placeholder = try Placeholder(inside, at: location(offset), in: scope)
        switch placeholder.type {
        case .array: throw error(offset, "\(placeholder.description) is an array: make a text of it with |join:_")
        case .object: throw error(offset, "\(placeholder.description) is an object, which is no name: name one of its members")
        case .timestamp: throw error(offset, "\(placeholder.description) needs a format, such as {date:yyyyMMdd}")
        case .string, .integer, .number, .boolean, .any: return placeholder
        }
    }

    private func choice(_ inside: Substring, at offset: Int) throws(DefinitionError) -> [String] {
        var seen: [String: String] = [:]
        var alternatives: [String] = []
        for alternative in inside.split(separator: ",", omittingEmptySubsequences: false).map({ String($0) }) {
            guard !alternative.isEmpty else { throw error(offset, "the choice {\(inside)} has an empty alternative") }
            guard alternative.first != " ", alternative.last != " " else {
                throw error(offset, "write the choice {\(inside)} without spaces beside its commas")
            }
            guard !alternative.contains(where: { $0 == "{" || $0 == "/" }) else {
                throw error(offset, "the alternatives of the choice {\(inside)} are plain names: no { and no / stands in them")
            }
            if let other = seen.updateValue(alternative, forKey: SegmentName.collisionKey(alternative)) {
                throw error(offset, "the choice {\(inside)} has both \"\(other)\" and \"\(alternative)\", which are one name on some disks")
            }
            alternatives.append(alternative)
        }
        return alternatives
    }
}

extension NameTemplateParser {
    /// What is known of a name before there is an event: its text breaks no rule, wherever the fields' values stand.
    private func check() throws(DefinitionError) {
        for (part, offset) in zip(parts, offsets) {
            for text in Self.texts(of: part) {
                if let scalar = SegmentName.forbiddenCharacter(in: text) {
                    let character = (0x20...0x7E).contains(scalar.value) ? "\"\(scalar)\"" : SegmentName.codePoint(scalar)
                    throw error(offset, "\(what) holds the character \(character), which a name may not")
                }
                guard SegmentName.isNormalized(text) else {
                    throw error(offset, "\(what) holds \"\(text)\", which is not in Unicode normal form C: write composed characters")
                }
            }
        }
        try checkEdges()
        do throws(PlanError) { _ = try NameTemplate(source: what, names: [parts]).literalPaths() } catch {
            if case .refused(let refusal) = error { throw self.error(nameOffset, "\(what) cannot be: \(refusal.message)") }
        }
    }

    private func checkEdges() throws(DefinitionError) {
        guard let first = parts.first, let last = parts.last, let lastOffset = offsets.last else { return }
        for text in Self.texts(of: first) {
            if let scalar = text.unicodeScalars.first, SegmentName.isUnsafeStart(scalar, dotIsUnsafe: false) {
                throw error(nameOffset, "\(what) has a name that begins with \"\(scalar)\": no dash, tilde or space may stand there")
            }
        }
        for text in Self.texts(of: last) {
            if let scalar = text.unicodeScalars.last, SegmentName.isUnsafeEnd(scalar) {
                throw error(lastOffset, "\(what) has a name that ends in \"\(scalar)\": no dot or space may stand there")
            }
        }
    }

    private static func texts(of part: NameTemplate.Part) -> [String] {
        switch part {
        case .literal(let text): [text]
        case .choice(let alternatives): alternatives
        case .field, .range: []
        }
    }

    private func error(_ offset: Int, _ message: String) -> DefinitionError { DefinitionError(location(offset), message) }
}
