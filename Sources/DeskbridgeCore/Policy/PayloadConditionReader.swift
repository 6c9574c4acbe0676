/// Reads the `payload` of a rule, and goes on after a mistake to find the others.
struct PayloadConditionReader {
    private(set) var errors: [DefinitionError] = []
    private var fields: [PayloadCondition.Field] = []

    private static let textWords = ["pattern", "minLength", "maxLength"]
    private static let numberWords = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"]

    /// - Returns: nil, with mistakes in ``errors``, if the node is no condition.
    mutating func read(_ node: YAMLNode) -> PayloadCondition? {
        members(of: node, "payload", beneath: [])
        return errors.isEmpty ? PayloadCondition(fields: fields) : nil
    }

    private mutating func members(of node: YAMLNode, _ what: String, beneath path: [String]) {
        do throws(DefinitionError) {
            let members = try node.openMapping(what).members
            guard !members.isEmpty else { throw node.error("\(what) is empty: name a field, such as {name: {pattern: \"[a-z]+\"}}") }
            for member in members {
                do throws(Flaw) {
                    field(member.value, at: path + (try Self.path(member.name)))
                } catch {
                    errors.append(DefinitionError(member.nameLocation, error.message))
                }
            }
        } catch {
            errors.append(error)
        }
    }

    /// A name, or if it begins with `/` a JSON pointer (RFC 6901).
    private static func path(_ name: String) throws(Flaw) -> [String] {
        guard name.utf8.first == UInt8(ascii: "/") else { return [name] }
        var path: [String] = []
        for token in name.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
            let parts = token.split(separator: "~", omittingEmptySubsequences: false)
            var text = String(parts[0])
            for part in parts.dropFirst() {
                switch part.utf8.first {
                case UInt8(ascii: "0"): text += "~" + part.dropFirst()
                case UInt8(ascii: "1"): text += "/" + part.dropFirst()
                default: throw Flaw("\"\(name)\" is no JSON pointer: after ~ stands 0 (for ~) or 1 (for /)")
                }
            }
            path.append(text)
        }
        return path
    }

    private mutating func field(_ node: YAMLNode, at path: [String]) {
        let pointer = path.reduce(JSONPointer.root) { $0.appending($1) }
        var reader = MappingReader(node, "the condition of \(pointer)", prefix: "")
        guard case .mapping(let members) = node.content else {
            errors += reader.finish()
            if node.isNothing { errors.append(node.error("the condition of \(pointer) must be a mapping such as {const: draft}")) }
            return
        }
        var test = PayloadTest()
        reader.read("type", into: &test.type) { node, what throws(DefinitionError) in try Self.type(node, what) }
        readChoices(&reader, &test)
        readText(&reader, &test)
        readNumbers(&reader, &test)
        let properties = reader.node("properties")
        let used = members.map(\.name)
        if used.isEmpty { reader.addMistake("the condition of \(pointer) is empty: write type, const, enum, pattern, minimum or another") }
        Self.settleType(of: &test, used, &reader)
        if reader.hasNoMistake { demandPossibleChoice(test, node, pointer) }
        let mistakes = reader.finish()
        errors += mistakes
        if let properties { self.members(of: properties, "the properties of \(pointer)", beneath: path) }
        if mistakes.isEmpty { fields.append(PayloadCondition.Field(path: path, test: test)) }
    }

    private static func type(_ node: YAMLNode, _ what: String) throws(DefinitionError) -> PayloadType {
        let name = try node.string(what)
        let names = PayloadType.allCases.map(\.rawValue)
        guard let type = PayloadType(rawValue: name) else {
            throw node.error(
                "there is no type \"\(name.prefix(40))\".\(NearestName.question(name, in: names)) The types are \(names.joined(separator: ", "))."
            )
        }
        return type
    }

    private func readChoices(_ reader: inout MappingReader, _ test: inout PayloadTest) {
        var (constant, choices): ([JSONValue], [JSONValue]) = ([], [])
        reader.read("const", into: &constant) { node, _ in [node.json] }
        reader.read("enum", into: &choices) { node, what throws(DefinitionError) in
            let elements = try node.sequence(what)
            guard !elements.isEmpty else { throw node.error("enum is empty: name the values") }
            return elements.map(\.json)
        }
        if !constant.isEmpty, !choices.isEmpty { reader.addMistake("const and enum say the same: write one of them") }
        test.choices = constant + choices
    }

    private func readText(_ reader: inout MappingReader, _ test: inout PayloadTest) {
        var (shortest, longest) = (0, Int.max)
        reader.read("pattern", into: &test.pattern) { node, what throws(DefinitionError) in
            let text = try node.string(what)
            do throws(ParameterPattern.SyntaxError) { return try ParameterPattern(text) } catch {
                throw DefinitionError(node.location(ofCharacter: error.offset), error.message)
            }
        }
        let lengths = ParameterReader.lengths
        reader.read("minLength", into: &shortest) { node, what throws(DefinitionError) in try node.integer(what, in: lengths) }
        reader.read("maxLength", into: &longest) { node, what throws(DefinitionError) in try node.integer(what, in: lengths) }
        if shortest <= longest {
            test.lengths = shortest...longest
        } else {
            reader.addMistake("minLength \(shortest) is more than maxLength \(longest)")
        }
    }

    private func readNumbers(_ reader: inout MappingReader, _ test: inout PayloadTest) {
        func number(_ node: YAMLNode, _ what: String) throws(DefinitionError) -> JSONDecimal? {
            guard case .scalar(let value, _) = node.content, let number = value.decimalValue else {
                throw node.error("\(what) must be a number, not \(node.kind)")
            }
            return number
        }
        reader.read("minimum", into: &test.numbers.minimum, number)
        reader.read("maximum", into: &test.numbers.maximum, number)
        reader.read("exclusiveMinimum", into: &test.numbers.exclusiveMinimum, number)
        reader.read("exclusiveMaximum", into: &test.numbers.exclusiveMaximum, number)
        let lower = [(test.numbers.minimum, false), (test.numbers.exclusiveMinimum, true)]
        let upper = [(test.numbers.maximum, false), (test.numbers.exclusiveMaximum, true)]
        for case (let low?, let excludesLow) in lower {
            for case (let high?, let excludesHigh) in upper where low > high || (low == high && (excludesLow || excludesHigh)) {
                reader.addMistake("no number lies between \(low.text) and \(high.text)")
            }
        }
    }

    /// Words such as `pattern` are for one type: the value must have it, whether `type` is written or not.
    private static func settleType(of test: inout PayloadTest, _ used: [String], _ reader: inout MappingReader) {
        let groups: [(words: [String], type: PayloadType, fits: [PayloadType])] = [
            (textWords, .string, [.string]), (numberWords, .number, [.number, .integer]), (["properties"], .object, [.object]),
        ]
        let implied = groups.compactMap { group in group.words.first(where: used.contains).map { (word: $0, group: group) } }
        for (word, group) in implied {
            if let type = test.type, !group.fits.contains(type) {
                reader.addMistake("the keyword \"\(word)\" is not for the type \(type.rawValue)")
                return
            }
            test.type = test.type ?? group.type
        }
    }

    private mutating func demandPossibleChoice(_ test: PayloadTest, _ node: YAMLNode, _ pointer: JSONPointer) {
        guard !test.choices.isEmpty else { return }
        let impossible = test.choices.filter { test.verdict(on: $0) != .meets }
        if let first = impossible.first {
            errors.append(node.error("\(first.text) breaks the other words of the condition of \(pointer), so it never matches"))
        }
    }
}
