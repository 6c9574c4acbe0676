internal import OrderedCollections

/// Reads declarations of parameters out of an action file, and goes on after a mistake to find the others.
struct ParameterReader {
    private(set) var errors = DefinitionErrors()

    static let longestText = 1 << 20
    static let lengths = 0...longestText
    static let counts = 0...Int(Int32.max)
    /// How many steps matching one value may take.
    private static let mostPatternSteps = 20_000_000

    /// - Returns: nil if the node is no mapping; mistakes of single parameters only leave those out.
    mutating func set(_ node: YAMLNode, _ what: String, isNested: Bool) -> ParameterSet? {
        guard let mapping = errors.collect({ () throws(DefinitionError) in try node.openMapping(what) }) else { return nil }
        var parameters = OrderedDictionary<String, Parameter>()
        for member in mapping.members {
            if let mistake = Self.mistake(inName: member.name, isNested: isNested) {
                errors.add(DefinitionError(member.nameLocation, mistake))
            }
            parameters[member.name] = parameter(member.value, "the parameter \"\(member.name)\"", isItem: false)
        }
        return ParameterSet(parameters)
    }

    private static func mistake(inName name: String, isNested: Bool) -> String? {
        if !isNested, ParameterSet.reservedNames.contains(name) {
            return "no parameter can be called \"\(name)\": templates mean something else by it"
        }
        let isWord = name.utf8.allSatisfy {
            (0x61...0x7A).contains($0 | 0x20) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-")
        }
        guard isWord, (1...64).contains(name.utf8.count), let first = name.utf8.first, first >= UInt8(ascii: "A") else {
            return
                "\"\(name.prefix(80))\" is no name for a parameter: it has 1 to 64 letters, digits, _ and -, and begins with a letter or _"
        }
        return nil
    }

    private mutating func parameter(_ node: YAMLNode, _ what: String, isItem: Bool) -> Parameter? {
        let mapping = errors.collect { () throws(DefinitionError) in try node.openMapping(what) }
        guard let mapping, let type = errors.collect({ () throws(DefinitionError) in try Self.type(mapping) }) else { return nil }
        let before = errors.errors.count
        checkKeywords(of: mapping, type, isItem: isItem)
        guard let rules = rules(type, mapping), errors.errors.count == before else { return nil }
        var parameter = Parameter(rules)
        _ = errors.collect { () throws(DefinitionError) in try Self.describe(&parameter, mapping) }
        return parameter
    }

    private static func type(_ mapping: YAMLMapping) throws(DefinitionError) -> String {
        let node = try mapping.required("type")
        let type = try node.string("the type of \(mapping.what)")
        guard schemas[type] != nil else {
            let types = Array(schemas.keys)
            let nearest = NearestName.question(type, in: types)
            throw node.error("there is no type \"\(type.prefix(40))\".\(nearest) The types are \(types.joined(separator: ", ")).")
        }
        return type
    }

    private mutating func checkKeywords(of mapping: YAMLMapping, _ type: String, isItem: Bool) {
        let known = Self.schemas[type]?.names ?? []
        for member in mapping.members {
            let name = member.name
            let mistake: String
            if isItem, name == "default" || name == "optional" {
                mistake = "elements have no \"\(name)\": an array holds what it holds"
            } else if known.contains(name) {
                continue
            } else if name == "required" {
                mistake = "each parameter is required unless it says \"optional: true\" or has a default"
            } else if Self.schemas.values.contains(where: { $0.names.contains(name) }) {
                mistake = "the keyword \"\(name)\" is not for the type \(type)"
            } else {
                let nearest = NearestName.question(name, in: known)
                mistake =
                    "\(mapping.what) has no keyword \"\(name.prefix(40))\".\(nearest) For the type \(type) there are \(known.joined(separator: ", "))."
            }
            errors.add(DefinitionError(member.nameLocation, mistake))
        }
    }

    private mutating func rules(_ type: String, _ mapping: YAMLMapping) -> Parameter.Rules? {
        switch type {
        case "string": return errors.collect { () throws(DefinitionError) in .string(try Self.stringRules(mapping)) }
        case "integer": return errors.collect { () throws(DefinitionError) in .integer(try Self.numberRules(mapping)) }
        case "number": return errors.collect { () throws(DefinitionError) in .number(try Self.numberRules(mapping)) }
        case "boolean": return .boolean
        case "array":
            guard let node = errors.collect({ () throws(DefinitionError) in try mapping.required("items") }),
                let items = parameter(node, "the items of \(mapping.what)", isItem: true)
            else { return nil }
            return errors.collect { () throws(DefinitionError) in .array(try Self.arrayRules(items, mapping)) }
        default:
            guard let node = errors.collect({ () throws(DefinitionError) in try mapping.required("properties") }) else { return nil }
            return set(node, "the properties of \(mapping.what)", isNested: true).map { .object($0) }
        }
    }

    private static func counts(
        _ mapping: YAMLMapping, _ lowest: String, _ highest: String, usual: Int, most: Int
    ) throws(DefinitionError) -> ClosedRange<Int> {
        var (lower, upper) = (0, usual)
        if let node = mapping[lowest] { lower = try node.integer(lowest, in: 0...most) }
        if let node = mapping[highest] { upper = try node.integer(highest, in: 0...most) }
        guard lower <= upper else {
            let node = mapping[lowest]
            throw DefinitionError(node?.location ?? mapping.location, "\(lowest) \(lower) is more than \(highest) \(upper)")
        }
        return lower...upper
    }

    private static func stringRules(_ mapping: YAMLMapping) throws(DefinitionError) -> Parameter.StringRules {
        var rules = Parameter.StringRules()
        rules.lengths = try counts(
            mapping, "minLength", "maxLength", usual: Parameter.StringRules.usualLongest, most: longestText)
        if let node = mapping["pattern"] {
            let text = try node.string("pattern")
            do throws(ParameterPattern.SyntaxError) {
                let pattern = try ParameterPattern(text)
                rules.pattern = pattern
                guard pattern.size * rules.lengths.upperBound <= mostPatternSteps else {
                    throw ParameterPattern.SyntaxError(
                        offset: 0,
                        message: "the pattern would take too long on texts of \(rules.lengths.upperBound) characters: lower maxLength")
                }
            } catch { throw DefinitionError(node.location(ofCharacter: error.offset), error.message) }
        }
        if let node = mapping["format"] {
            let name = try node.string("format")
            let names = ParameterFormat.allCases.map(\.rawValue)
            guard let format = ParameterFormat(rawValue: name) else {
                let nearest = NearestName.question(name, in: names)
                throw node.error("there is no format \"\(name.prefix(40))\".\(nearest) The formats are \(names.joined(separator: ", ")).")
            }
            rules.format = format
        }
        return rules
    }

    private static func numberRules(_ mapping: YAMLMapping) throws(DefinitionError) -> Parameter.NumberRules {
        func number(_ name: String) throws(DefinitionError) -> JSONDecimal? {
            guard let node = mapping[name] else { return nil }
            guard case .scalar(let value, _) = node.content, let number = value.decimalValue else {
                throw node.error("\(name) must be a number, not \(node.kind)")
            }
            return number
        }
        var rules = Parameter.NumberRules()
        rules.minimum = try number("minimum")
        rules.maximum = try number("maximum")
        rules.exclusiveMinimum = try number("exclusiveMinimum")
        rules.exclusiveMaximum = try number("exclusiveMaximum")
        rules.multipleOf = try number("multipleOf")

        let lower = [("minimum", rules.minimum, false), ("exclusiveMinimum", rules.exclusiveMinimum, true)]
        let upper = [("maximum", rules.maximum, false), ("exclusiveMaximum", rules.exclusiveMaximum, true)]
        for case (let low, let minimum?, let excludesLow) in lower {
            for case (let high, let maximum?, let excludesHigh) in upper
            where minimum > maximum || (minimum == maximum && (excludesLow || excludesHigh)) {
                throw DefinitionError(
                    mapping[low]?.location ?? mapping.location,
                    "no number lies between \(low) \(minimum.text) and \(high) \(maximum.text)")
            }
        }
        if let multiple = rules.multipleOf,
            multiple.isNegative || multiple.digits.isEmpty
                || multiple.digits.utf8.count > JSONDecimal.mostDivisorDigits
        {
            throw DefinitionError(
                mapping["multipleOf"]?.location ?? mapping.location,
                "multipleOf must be greater than 0 and have at most \(JSONDecimal.mostDivisorDigits) digits")
        }
        return rules
    }

    private static func arrayRules(_ items: Parameter, _ mapping: YAMLMapping) throws(DefinitionError) -> Parameter.ArrayRules {
        var rules = Parameter.ArrayRules(items: items)
        rules.counts = try counts(mapping, "minItems", "maxItems", usual: Int.max, most: counts.upperBound)
        if let node = mapping["uniqueItems"] { rules.areUnique = try node.boolean("uniqueItems") }
        return rules
    }

    /// Reads what all types have, and checks the values in the declaration against its own rules.
    private static func describe(_ parameter: inout Parameter, _ mapping: YAMLMapping) throws(DefinitionError) {
        if let node = mapping["title"] { parameter.title = try node.string("title") }
        if let node = mapping["description"] { parameter.description = try node.string("description") }
        if let node = mapping["secret"] { parameter.isSecret = try node.boolean("secret") }
        if let node = mapping["optional"] { parameter.isOptional = try node.boolean("optional") }
        if parameter.holdsSecret {
            for name in ["default", "enum", "examples"] {
                if let node = mapping[name] { throw node.error("what is secret has no \(name): it would be shown with the action") }
            }
        }
        if let node = mapping["enum"] {
            var choices: [JSONValue] = []
            for choice in try node.sequence("enum") {
                let value = try checked(choice, parameter, "this value of enum")
                guard !choices.contains(where: { $0.hasSameMeaning(as: value) }) else {
                    throw choice.error("this value stands in enum twice")
                }
                choices.append(value)
            }
            guard !choices.isEmpty else { throw node.error("enum needs at least one value") }
            parameter.choices = choices
        }
        if let node = mapping["examples"] {
            for example in try node.sequence("examples") { parameter.examples.append(try checked(example, parameter, "this example")) }
        }
        if let node = mapping["default"] {
            guard !parameter.isOptional else { throw node.error("what has a default is never absent: leave \"optional\" out") }
            parameter.defaultValue = try checked(node, parameter, "the default")
        }
    }

    private static func checked(_ node: YAMLNode, _ parameter: Parameter, _ what: String) throws(DefinitionError) -> JSONValue {
        var errors = ValidationErrors()
        let value = parameter.check(node.json, at: "", &errors)
        if let error = errors.errors.first {
            throw node.error(
                "\(what) breaks the rules of its parameter:\(error.pointer.isEmpty ? "" : " \(error.pointer)") it \(error.message)")
        }
        return value
    }
}
