import OrderedCollections

extension ValueSchema {
    /// Any value at all.
    package static let anything = ValueSchema([:])
    package static let boolean = ValueSchema(["type": "boolean"])
    package static let number = ValueSchema(["type": "number"])
    package static let text = ValueSchema(["type": "string"])
    /// A text in which placeholders stand for fields.
    package static let template = ValueSchema(["type": "string"], remark: "May hold placeholders such as {name}.")
    /// A template whose literal numbers need no quotes.
    package static let numberOrTemplate = ValueSchema(["type": ["string", "number"]], remark: template.remark)

    /// - Parameters:
    ///   - pattern: of ECMA-262, with its own `^` and `$`.
    ///   - longest: in characters.
    package static func text(_ pattern: String, longest: Int? = nil) -> ValueSchema {
        var members: JSONObject = ["type": "string", "pattern": .string(pattern)]
        members["maxLength"] = longest.map { .integer(Int64($0)) }
        return ValueSchema(members)
    }

    package static func integer(in range: ClosedRange<Int>) -> ValueSchema {
        ValueSchema(
            ["type": "integer", "minimum": .integer(Int64(range.lowerBound)), "maximum": .integer(Int64(range.upperBound))],
            remark: "From \(range.lowerBound) to \(range.upperBound).")
    }

    /// One of these words.
    package static func word(_ words: [String]) -> ValueSchema {
        ValueSchema(["type": "string", "enum": .array(words.map(JSONValue.string))])
    }

    package static func word<Word: RawRepresentable<String> & CaseIterable>(of type: Word.Type) -> ValueSchema {
        word(type.allCases.map(\.rawValue))
    }

    /// - Parameter range: nil if any duration will do.
    package static func duration(in range: ClosedRange<Duration>? = nil) -> ValueSchema {
        let remark = range.map { "From \(Units.text($0.lowerBound)) to \(Units.text($0.upperBound))." }
        return ValueSchema(
            ["type": "string", "pattern": "^[0-9]{1,15}(ms|s|m|h|d)$"], remark: remark ?? "A duration such as 250ms, 30s, 5m, 12h or 30d.")
    }

    package static func size(in range: ClosedRange<Int>) -> ValueSchema {
        ValueSchema(
            ["type": "string", "pattern": "^[0-9]{1,15}(B|KiB|MiB|GiB)$"],
            remark: "From \(Units.text(size: range.lowerBound)) to \(Units.text(size: range.upperBound)).")
    }

    package static let rate = ValueSchema(
        ["type": "string", "pattern": "^[0-9]{1,15}/[0-9]{1,15}(ms|s|m|h|d)$"], remark: "A count in a time, such as 60/10s.")

    package static func list(
        of elements: ValueSchema, atLeast least: Int = 0, atMost most: Int? = nil, areUnique: Bool = false
    ) -> ValueSchema {
        var members: JSONObject = ["type": "array", "items": .object(elements.members)]
        if least > 0 { members["minItems"] = .integer(Int64(least)) }
        members["maxItems"] = most.map { .integer(Int64($0)) }
        if areUnique { members["uniqueItems"] = true }
        return ValueSchema(members, definitions: elements.definitions, remark: elements.remark)
    }

    /// A mapping whose names are the writer's own.
    package static func map(of values: ValueSchema, named names: ValueSchema? = nil, atLeast least: Int = 0) -> ValueSchema {
        var members: JSONObject = ["type": "object"]
        members["propertyNames"] = names.map { .object($0.members) }
        if !values.members.isEmpty { members["additionalProperties"] = .object(values.members) }
        if least > 0 { members["minProperties"] = .integer(Int64(least)) }
        return ValueSchema(members, definitions: values.definitions, remark: values.remark)
    }

    package static func either(_ choices: ValueSchema...) -> ValueSchema {
        ValueSchema(["anyOf": .array(choices.map { .object($0.members) })], definitions: definitions(of: choices))
    }

    /// Exactly one of these, which differ in a constant.
    static func variant(_ variants: [ValueSchema]) -> ValueSchema {
        ValueSchema(["oneOf": .array(variants.map { .object($0.members) })], definitions: definitions(of: variants))
    }

    /// What the document defines under this name.
    package static func reference(_ name: String) -> ValueSchema { ValueSchema(["$ref": .string("#/$defs/\(name)")]) }

    /// A schema that may stand within itself, under a name that is its own in the document.
    package static func recursive(_ name: String, _ make: (_ itself: ValueSchema) -> ValueSchema) -> ValueSchema {
        let itself = reference(name)
        let made = make(itself)
        let own: JSONObject = [name: .object(made.members)]
        return ValueSchema(itself.members, definitions: own.merging(made.definitions) { first, _ in first }, remark: made.remark)
    }

    private static func definitions(of schemas: [ValueSchema]) -> JSONObject {
        schemas.reduce(into: [:]) { all, schema in all.merge(schema.definitions) { first, _ in first } }
    }
}
