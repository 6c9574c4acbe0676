/// What is logged, and how it looks.
package struct LogConfiguration: Sendable, Hashable {
    /// From this one on; the names are those of swift-log.
    package enum Level: String, Sendable, CaseIterable {
        case trace, debug, info, notice, warning, error, critical
    }

    package enum Format: String, Sendable, CaseIterable {
        case json, pretty
        /// `pretty` on a terminal, `json` elsewhere.
        case auto
    }

    package var level = Level.info
    package var format = Format.auto

    package init() {}
}

extension LogConfiguration {
    mutating func read(_ node: YAMLNode?, _ errors: inout [DefinitionError]) {
        var reader = MappingReader(node, "log")
        reader.read("level", into: &level) { node, what throws(DefinitionError) in try node.choice(what) }
        reader.read("format", into: &format) { node, what throws(DefinitionError) in try node.choice(what) }
        errors += reader.finish()
    }
}

extension YAMLNode {
    /// One of a closed set of words.
    func choice<Choice: RawRepresentable<String> & CaseIterable>(_ what: String) throws(DefinitionError) -> Choice {
        let word = try string(what)
        guard let choice = Choice(rawValue: word) else {
            let words = Choice.allCases.map(\.rawValue)
            let nearest = NearestName.question(word, in: words)
            throw error("\(what) can't be \"\(word)\".\(nearest) It is one of \(words.joined(separator: ", ")).")
        }
        return choice
    }
}

extension LogConfiguration {
    static let schema = MappingSchema([
        .optional("level", "What is logged: from this level on.", .word(of: Level.self), default: .string(Self().level.rawValue)),
        .optional(
            "format", "How it looks: auto is pretty on a terminal and JSON elsewhere.", .word(of: Format.self),
            default: .string(Self().format.rawValue)),
    ])
}
