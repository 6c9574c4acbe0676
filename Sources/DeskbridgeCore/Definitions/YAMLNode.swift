/// One node of a YAML file with the place it stands at.
///
/// Scalars are resolved by the YAML 1.2 core schema (section 10.3), so that `on`, `yes` and `no` are plain strings.
package struct YAMLNode: Sendable {
    package enum Content: Sendable {
        /// - Parameter text: the scalar as written, without quotes.
        case scalar(value: JSONValue, text: String)
        case sequence([YAMLNode])
        case mapping([Member])
    }

    package struct Member: Sendable {
        package let name: String
        package let nameLocation: SourceLocation
        package let value: YAMLNode

        package init(name: String, nameLocation: SourceLocation, value: YAMLNode) {
            self.name = name
            self.nameLocation = nameLocation
            self.value = value
        }
    }

    package let content: Content
    package let location: SourceLocation
    /// Where the first character of a scalar's text stands, if the others follow it one by one on the same line.
    private let textStart: SourceLocation?

    package init(_ content: Content, at location: SourceLocation, textStart: SourceLocation? = nil) {
        self.content = content
        self.location = location
        self.textStart = textStart
    }

    /// Where a character of a scalar's text stands; for texts of many lines and texts with escapes, where the scalar begins.
    ///
    /// - Parameter offset: counts Unicode scalars from 0, as columns do.
    package func location(ofCharacter offset: Int) -> SourceLocation {
        guard let textStart else { return location }
        return SourceLocation(file: textStart.file, line: textStart.line, column: textStart.column + offset)
    }
}

extension YAMLNode {
    /// What the node is called in messages.
    package var kind: String {
        switch content {
        case .scalar(let value, _): value == .null ? "nothing" : value.typePhrase
        case .sequence: "a list"
        case .mapping: "a mapping"
        }
    }

    package func error(_ message: String) -> DefinitionError { DefinitionError(location, message) }

    package func string(_ what: String) throws(DefinitionError) -> String {
        guard case .scalar(.string(let value), _) = content else { throw error("\(what) must be a string, not \(kind)") }
        return value
    }

    package func boolean(_ what: String) throws(DefinitionError) -> Bool {
        guard case .scalar(.bool(let value), _) = content else {
            throw error("\(what) must be true or false, not \(kind)")
        }
        return value
    }

    package func integer(_ what: String, in range: ClosedRange<Int>) throws(DefinitionError) -> Int {
        guard case .scalar(.integer(let value), _) = content else { throw error("\(what) must be an integer, not \(kind)") }
        guard let integer = Int(exactly: value), range.contains(integer) else {
            throw error("\(what) must be from \(range.lowerBound) to \(range.upperBound), not \(value)")
        }
        return integer
    }

    package func sequence(_ what: String) throws(DefinitionError) -> [YAMLNode] {
        guard case .sequence(let elements) = content else { throw error("\(what) must be a list, not \(kind)") }
        return elements
    }

    package func strings(_ what: String) throws(DefinitionError) -> [String] {
        var strings: [String] = []
        for element in try sequence(what) { strings.append(try element.string("each entry of \(what)")) }
        return strings
    }

    /// The node as a closed mapping: only the keys named here may stand in it.
    package func mapping(_ what: String, keys: [String]) throws(DefinitionError) -> YAMLMapping {
        let mapping = try openMapping(what)
        for member in mapping.members where !keys.contains(member.name) {
            let nearest = NearestName.question(member.name, in: keys)
            throw DefinitionError(
                member.nameLocation,
                "\(what) has no key \"\(member.name)\".\(nearest) Its keys are \(keys.joined(separator: ", ")).")
        }
        return mapping
    }

    /// The node as a mapping whose keys are the writer's own.
    package func openMapping(_ what: String) throws(DefinitionError) -> YAMLMapping {
        guard case .mapping(let members) = content else { throw error("\(what) must be a mapping, not \(kind)") }
        return YAMLMapping(what: what, location: location, members: members)
    }

    /// The node as JSON, for values that are passed on: templates in its strings are not looked at.
    package var json: JSONValue {
        switch content {
        case .scalar(let value, _): value
        case .sequence(let elements): .array(elements.map(\.json))
        case .mapping(let members):
            .object(JSONObject(members.map { ($0.name, $0.value.json) }, uniquingKeysWith: { _, last in last }))
        }
    }
}

/// A mapping of a YAML file, with the name it has in messages.
package struct YAMLMapping: Sendable {
    package let what: String
    package let location: SourceLocation
    package let members: [YAMLNode.Member]

    package subscript(name: String) -> YAMLNode? { members.first { $0.name == name }?.value }

    package func required(_ name: String) throws(DefinitionError) -> YAMLNode {
        guard let node = self[name] else { throw DefinitionError(location, "\(what) needs the key \"\(name)\"") }
        return node
    }
}
