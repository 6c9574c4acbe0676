/// Reads a YAML file into nodes that know their places.
///
/// Only what a person needs to write plain values is taken: one document, no anchors, aliases, merge keys or tags. Lines end at
/// LF or CRLF; columns count Unicode scalars.
package struct YAMLParser: ~Copyable {
    package static let largestFile = 1 << 20
    /// How many lists and mappings may stand in one another.
    package static let deepest = 64

    private let file: String
    private var reader: YAMLEventReader
    private var depth = 0

    /// A file that holds only comments, or nothing, is a scalar without a value.
    ///
    /// - Throws: ``DefinitionError`` for a syntax error, a key that stands twice, an anchor or alias, a tag, more than one document,
    ///   values nested deeper than 64 levels, or a file larger than 1 MiB.
    package static func parse(_ text: String, file: String) throws(DefinitionError) -> YAMLNode {
        let top = SourceLocation(file: file, line: 1, column: 1)
        guard text.utf8.count <= largestFile else { throw DefinitionError(top, "the file is larger than 1 MiB") }
        var bytes = Array(text.utf8)
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }

        let result = bytes.withUnsafeBufferPointer { buffer in
            Result<YAMLNode, DefinitionError> { () throws(DefinitionError) in
                guard let reader = YAMLEventReader(buffer) else { throw DefinitionError(top, "there is no memory to read the file with") }
                var parser = YAMLParser(file: file, reader: reader)
                do throws(YAMLFailure) {
                    return try parser.document()
                } catch {
                    switch error {
                    case .mistake(let mistake): throw mistake
                    case .syntax(let error): throw DefinitionError(error, in: buffer, file: file)
                    }
                }
            }
        }
        return try result.get()
    }

    private init(file: String, reader: consuming YAMLEventReader) {
        self.file = file
        self.reader = reader
    }

    private mutating func next() throws(YAMLFailure) -> YAMLEvent {
        do { return try reader.next() } catch { throw .syntax(error) }
    }

    private func location(_ mark: YAMLEvent.Mark) -> SourceLocation {
        SourceLocation(file: file, line: mark.line, column: mark.column)
    }

    private func mistake(_ mark: YAMLEvent.Mark, _ message: String) -> YAMLFailure {
        .mistake(DefinitionError(location(mark), message))
    }

    private mutating func document() throws(YAMLFailure) -> YAMLNode {
        let start = try next()
        guard case .documentStart(let hasDirectives) = start.kind else {
            return YAMLNode(.scalar(value: .null, text: ""), at: location(start.start))
        }
        guard !hasDirectives else {
            throw mistake(start.start, "lines that begin with % are not supported here: the file is read as YAML 1.2")
        }
        let node = try node(try next())
        _ = try next()
        let end = try next()
        guard case .streamEnd = end.kind else {
            throw mistake(end.start, "a second document begins here: a file holds one")
        }
        return node
    }

    private mutating func node(_ event: YAMLEvent) throws(YAMLFailure) -> YAMLNode {
        if case .alias = event.kind {
            throw mistake(
                event.start, "aliases (*name) are not supported: put a text that begins with * between quotes, or write the value out")
        }
        guard !event.hasAnchor else { throw mistake(event.start, "anchors (&name) are not supported: write each value where it is used") }
        guard !event.hasTag else {
            throw mistake(event.start, "tags (!name) are not supported: put a value between quotes to make it a string")
        }
        switch event.kind {
        case .scalar(let scalar): return try self.scalar(scalar, event)
        case .sequenceStart: return YAMLNode(.sequence(try elements(event)), at: location(event.start))
        case .mappingStart: return YAMLNode(.mapping(try members(event)), at: location(event.start))
        case .alias, .sequenceEnd, .mappingEnd, .documentStart, .documentEnd, .streamEnd:
            throw mistake(event.start, "a value is expected here")
        }
    }

    private func scalar(_ scalar: YAMLEvent.Scalar, _ event: YAMLEvent) throws(YAMLFailure) -> YAMLNode {
        guard !scalar.text.utf8.contains(0) else { throw mistake(event.start, "a text cannot hold the character NUL") }
        var value = JSONValue.string(scalar.text)
        if scalar.isPlain {
            do throws(YAMLPlainScalar.Refusal) {
                value = try YAMLPlainScalar.value(scalar.text)
            } catch { throw mistake(event.start, error.message) }
        }
        return YAMLNode(
            .scalar(value: value, text: scalar.text), at: location(event.start), textStart: textStart(scalar, event))
    }

    /// Escapes and line breaks make a text shorter than its spelling; only where neither is, characters can be placed.
    private func textStart(_ scalar: YAMLEvent.Scalar, _ event: YAMLEvent) -> SourceLocation? {
        let quotes = scalar.isPlain ? 0 : 2
        guard !scalar.isBlock, event.start.line == event.end.line,
            event.end.index - event.start.index == scalar.text.unicodeScalars.count + quotes
        else { return nil }
        return SourceLocation(file: file, line: event.start.line, column: event.start.column + quotes / 2)
    }

    private mutating func descend(_ event: YAMLEvent) throws(YAMLFailure) {
        guard depth < Self.deepest else { throw mistake(event.start, "values are nested deeper than \(Self.deepest) levels") }
        depth += 1
    }

    private mutating func elements(_ start: YAMLEvent) throws(YAMLFailure) -> [YAMLNode] {
        try descend(start)
        defer { depth -= 1 }
        var elements: [YAMLNode] = []
        while true {
            let event = try next()
            if case .sequenceEnd = event.kind { return elements }
            elements.append(try node(event))
        }
    }

    private mutating func members(_ start: YAMLEvent) throws(YAMLFailure) -> [YAMLNode.Member] {
        try descend(start)
        defer { depth -= 1 }
        var members: [YAMLNode.Member] = []
        var places: [String: SourceLocation] = [:]
        while true {
            let event = try next()
            if case .mappingEnd = event.kind { return members }
            let name = try key(event)
            let place = location(event.start)
            if let first = places.updateValue(place, forKey: name) {
                throw mistake(
                    event.start,
                    "the key \"\(name.prefix(80))\" stands here a second time: the first is at line \(first.line), column \(first.column)")
            }
            members.append(YAMLNode.Member(name: name, nameLocation: place, value: try node(try next())))
        }
    }

    /// A key is taken as it is written: `1` and `true` are the texts "1" and "true".
    private mutating func key(_ event: YAMLEvent) throws(YAMLFailure) -> String {
        let node = try node(event)
        guard case .scalar(_, let text) = node.content, case .scalar(let scalar) = event.kind else {
            throw mistake(event.start, "a key must be a text, not \(node.kind)")
        }
        if scalar.isPlain {
            guard text != "<<" else { throw mistake(event.start, "merge keys (<<) are not supported: write the members out") }
            guard !text.isEmpty else { throw mistake(event.start, "a key is missing before the colon") }
        }
        return text
    }
}

/// Why a file could not be read: by YAML's rules, or by ours.
private enum YAMLFailure: Error {
    case syntax(YAMLSyntaxError)
    case mistake(DefinitionError)
}
