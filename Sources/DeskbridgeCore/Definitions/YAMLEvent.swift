/// One step of a YAML text, as libyaml tells it.
struct YAMLEvent {
    struct Scalar {
        let text: String
        /// Whether it stands without quotes and is no block, so that it may mean a number, a boolean or null.
        let isPlain: Bool
        let isBlock: Bool
    }

    enum Kind {
        case scalar(Scalar)
        case sequenceStart, sequenceEnd
        case mappingStart, mappingEnd
        case alias
        /// - Parameter hasDirectives: whether it is preceded by a `%` line other than `%YAML 1.2`.
        case documentStart(hasDirectives: Bool)
        case documentEnd
        case streamEnd
    }

    /// A place in the text; line and column count from 1, the column and the index in Unicode scalars.
    struct Mark {
        let line: Int
        let column: Int
        let index: Int
    }

    let kind: Kind
    let start: Mark
    let end: Mark
    let hasAnchor: Bool
    let hasTag: Bool
}

/// What libyaml has against a text.
struct YAMLSyntaxError: Error {
    let problem: String
    /// What it was reading when the problem came, and where that began.
    let context: String
    let place: YAMLEvent.Mark
    let contextPlace: YAMLEvent.Mark
    /// The byte at which it could not read on, for characters that YAML doesn't allow.
    let byteOffset: Int?
}
