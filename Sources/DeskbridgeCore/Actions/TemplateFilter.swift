/// One filter of a placeholder's chain, such as `slug` or `truncate:40`.
package enum TemplateFilter: Sendable, Hashable {
    case slug, safe, lower, upper, title, trim, json
    case truncate(Int)
    case join(String)
    case `default`(JSONValue)

    static let truncations = 1...1000

    private static let withoutArgument: [String: TemplateFilter] = [
        "slug": .slug, "safe": .safe, "lower": .lower, "upper": .upper, "title": .title, "trim": .trim, "json": .json,
    ]
    private static let examples = ["truncate": "truncate:40", "join": "join:-", "default": "default:none"]
    static let names = (Array(withoutArgument.keys) + examples.keys).sorted()

    /// Reads `name` or `name:argument`.
    ///
    /// - Parameters:
    ///   - type: the type of what comes in.
    ///   - what: the placeholder, for messages.
    /// - Throws: ``DefinitionError`` if there is no such filter, its argument is wrong, or it doesn't take that type.
    init(_ text: some StringProtocol, for type: FieldType, _ what: String, at location: SourceLocation) throws(DefinitionError) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let name = parts.first.map { String($0) } ?? ""
        let argument = parts.count > 1 ? String(parts[1]) : nil

        if let filter = Self.withoutArgument[name] {
            guard argument == nil else { throw DefinitionError(location, "in \(what) the filter \(name) takes no argument") }
            self = filter
        } else if let example = Self.examples[name] {
            guard let argument else {
                throw DefinitionError(location, "in \(what) the filter \(name) needs an argument, such as \(example)")
            }
            self = try Self.filter(name, argument, for: type, what, at: location)
        } else {
            let nearest = NearestName.of(name, in: Self.names).map { " Did you mean \($0)?" } ?? ""
            throw DefinitionError(
                location,
                "in \(what) there is no filter \"\(name.prefix(40))\".\(nearest) The filters are \(Self.names.joined(separator: ", ")).")
        }
        try check(type, name, what, at: location)
    }

    private static func filter(
        _ name: String, _ argument: String, for type: FieldType, _ what: String, at location: SourceLocation
    ) throws(DefinitionError) -> TemplateFilter {
        switch name {
        case "truncate":
            guard argument.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let count = Int(argument), truncations.contains(count) else {
                throw DefinitionError(
                    location,
                    "in \(what) truncate takes a number of characters from \(truncations.lowerBound) to \(truncations.upperBound),"
                        + " not \"\(argument.prefix(40))\"")
            }
            return .truncate(count)
        case "join": return .join(argument)
        default: return .default(try defaultValue(argument, for: type, what, at: location))
        }
    }

    /// The default in the type of its field, so that the placeholder keeps that type.
    private static func defaultValue(
        _ text: String, for type: FieldType, _ what: String, at location: SourceLocation
    ) throws(DefinitionError) -> JSONValue {
        let value: JSONValue?
        switch type {
        case .string, .any: value = .string(text)
        case .integer: value = JSONValue(number: text).flatMap { $0.integerValue == nil ? nil : $0 }
        case .number: value = JSONValue(number: text)
        case .boolean: value = text == "true" ? true : text == "false" ? false : nil
        case .array: value = (try? JSONParser.parse(text)).flatMap { $0.arrayValue == nil ? nil : $0 }
        case .object, .timestamp:
            throw DefinitionError(location, "in \(what) there is \(type.phrase): it takes no default in a template")
        }
        guard let value else {
            throw DefinitionError(location, "in \(what) the default must be \(type.phrase), not \"\(text.prefix(40))\"")
        }
        return value
    }

    /// The type of what comes out, for what comes in.
    func output(for type: FieldType) -> FieldType {
        if case .default = self { type } else { .string }
    }

    private func check(_ type: FieldType, _ name: String, _ what: String, at location: SourceLocation) throws(DefinitionError) {
        let fits =
            switch (self, type) {
            case (.json, _), (.default, _), (_, .any): true
            case (.join, .array(let element)): element.isScalar || element == .any
            case (.lower, .string), (.upper, .string), (.title, .string), (.trim, .string): true
            case (.slug, _), (.safe, _), (.truncate, _): type.isScalar
            default: false
            }
        guard !fits else { return }
        let taken =
            switch self {
            case .join: "an array of strings, numbers or booleans"
            case .slug, .safe, .truncate: "a string, number, boolean or date"
            default: "a string"
            }
        throw DefinitionError(location, "in \(what) the filter \(name) takes \(taken), not \(type.phrase)\(type.elementPhrase)")
    }
}

extension FieldType {
    var isScalar: Bool {
        switch self {
        case .string, .integer, .number, .boolean, .timestamp: true
        case .array, .object, .any: false
        }
    }

    fileprivate var elementPhrase: String {
        if case .array(let element) = self, element != .any { " of \(element.name)s" } else { "" }
    }
}
