internal import OrderedCollections

extension ParameterReader {
    /// What stands under `parameters`.
    static let schema = ValueSchema.map(
        of: parameter,
        named: name.with(["not": ["enum": .array(ParameterSet.reservedNames.map(JSONValue.string))]]))

    /// The keywords of a parameter, by its type.
    static let schemas: OrderedDictionary<String, MappingSchema> = [
        "string": keywords(
            "string", .text,
            [
                .optional("minLength", "The shortest text, in characters.", .integer(in: lengths), default: 0),
                .optional(
                    "maxLength", "The longest text, in characters.", .integer(in: lengths),
                    default: .integer(Int64(Parameter.StringRules.usualLongest))),
                .optional("pattern", "A regular expression that the whole text must match.", .text, examples: ["[A-Za-z][A-Za-z0-9_-]*"]),
                .optional("format", "What the text must be besides.", .word(of: ParameterFormat.self)),
            ]),
        "integer": keywords("integer", ValueSchema(["type": "integer"]), numberKeywords),
        "number": keywords("number", .number, numberKeywords),
        "boolean": keywords("boolean", .boolean, []),
        "array": keywords(
            "array", ValueSchema(["type": "array"]),
            [
                .required("items", "What each element must be: a parameter without default and optional.", element),
                .optional("minItems", "How many elements there must be at least.", .integer(in: counts), default: 0),
                .optional("maxItems", "How many elements there may be at most.", .integer(in: counts)),
                .optional("uniqueItems", "Whether no two elements may be equal.", .boolean, default: false),
            ]),
        "object": keywords(
            "object", ValueSchema(["type": "object"]),
            [.required("properties", "The members: a parameter for each name, and no others.", .map(of: itself, named: name))]),
    ]

    private static let itself = ValueSchema.reference("parameter")
    private static let element = itself.with(["not": ["anyOf": [["required": ["default"]], ["required": ["optional"]]]]])
    private static let parameter = ValueSchema.recursive("parameter") { _ in .variant(schemas.values.map(\.value)) }
    private static let name = ValueSchema.text("^[A-Za-z_][A-Za-z0-9_-]*$", longest: 64)

    private static func keywords(_ type: String, _ value: ValueSchema, _ own: [MappingSchema.Key]) -> MappingSchema {
        MappingSchema(
            [
                .required("type", "The type of the value.", ValueSchema(["const": .string(type)])),
                .optional("title", "Its name for people.", .text),
                .optional("description", "What it is for, for people.", .text),
                .optional("default", "What counts if the event leaves it out.", value),
                .optional("enum", "The only values there may be.", .list(of: value, atLeast: 1)),
                .optional("examples", "Values as they may be, for people.", .list(of: value)),
                .optional("optional", "Whether it may be absent with nothing in its place.", .boolean, default: false),
                .optional(
                    "secret", "Whether its value is never shown: in no log, error, listing, plan or output.", .boolean, default: false),
            ] + own)
    }

    private static let numberKeywords: [MappingSchema.Key] = [
        .optional("minimum", "The smallest value.", .number),
        .optional("maximum", "The largest value.", .number),
        .optional("exclusiveMinimum", "What the value must be greater than.", .number),
        .optional("exclusiveMaximum", "What the value must be less than.", .number),
        .optional("multipleOf", "What the value must be a multiple of.", ValueSchema(["type": "number", "exclusiveMinimum": 0])),
    ]
}
