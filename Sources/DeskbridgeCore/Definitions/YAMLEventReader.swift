internal import CYaml

/// Reads a YAML text step by step with libyaml, so that aliases and depth are seen before anything is built from them.
struct YAMLEventReader: ~Copyable {
    /// On the heap because the parser keeps a pointer to itself.
    private let parser: UnsafeMutablePointer<yaml_parser_t>

    /// - Parameter bytes: the text in UTF-8 without a byte order mark; must stay in place for the life of the reader.
    /// Nil if memory runs out.
    init?(_ bytes: UnsafeBufferPointer<UInt8>) {
        parser = .allocate(capacity: 1)
        parser.initialize(to: yaml_parser_t())
        guard yaml_parser_initialize(parser) == 1 else {
            parser.deallocate()
            return nil
        }
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
    }

    mutating func next() throws(YAMLSyntaxError) -> YAMLEvent {
        while true {
            var event = yaml_event_t()
            guard yaml_parser_parse(parser, &event) == 1 else { throw error }
            defer { yaml_event_delete(&event) }
            if event.type != YAML_STREAM_START_EVENT { return YAMLEvent(event) }
        }
    }

    private var error: YAMLSyntaxError {
        let parser = parser.pointee
        return YAMLSyntaxError(
            problem: parser.problem.map { String(cString: $0) } ?? "out of memory",
            context: parser.context.map { String(cString: $0) } ?? "",
            place: YAMLEvent.Mark(parser.problem_mark),
            contextPlace: YAMLEvent.Mark(parser.context_mark),
            byteOffset: parser.error == YAML_READER_ERROR ? parser.problem_offset : nil)
    }
}

extension YAMLEvent.Mark {
    fileprivate init(_ mark: yaml_mark_t) { self.init(line: mark.line + 1, column: mark.column + 1, index: mark.index) }
}

extension YAMLEvent {
    fileprivate init(_ event: yaml_event_t) {
        var anchor: UnsafeMutablePointer<UInt8>?
        var tag: UnsafeMutablePointer<UInt8>?
        switch event.type {
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            (anchor, tag) = (scalar.anchor, scalar.tag)
            kind = .scalar(
                Scalar(
                    text: String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self),
                    isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE,
                    isBlock: scalar.style == YAML_LITERAL_SCALAR_STYLE || scalar.style == YAML_FOLDED_SCALAR_STYLE))
        case YAML_SEQUENCE_START_EVENT:
            (anchor, tag) = (event.data.sequence_start.anchor, event.data.sequence_start.tag)
            kind = .sequenceStart
        case YAML_MAPPING_START_EVENT:
            (anchor, tag) = (event.data.mapping_start.anchor, event.data.mapping_start.tag)
            kind = .mappingStart
        case YAML_SEQUENCE_END_EVENT: kind = .sequenceEnd
        case YAML_MAPPING_END_EVENT: kind = .mappingEnd
        case YAML_ALIAS_EVENT: kind = .alias
        case YAML_DOCUMENT_START_EVENT:
            let document = event.data.document_start
            let isOldVersion = document.version_directive.map { $0.pointee.minor != 2 } ?? false
            kind = .documentStart(hasDirectives: isOldVersion || document.tag_directives.start != document.tag_directives.end)
        case YAML_DOCUMENT_END_EVENT: kind = .documentEnd
        default: kind = .streamEnd
        }
        start = Mark(event.start_mark)
        end = Mark(event.end_mark)
        hasAnchor = anchor != nil
        hasTag = tag != nil
    }
}
