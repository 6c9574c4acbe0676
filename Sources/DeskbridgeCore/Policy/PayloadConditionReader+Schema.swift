import OrderedCollections

extension PayloadConditionReader {
    /// What stands under `payload` and under the `properties` of a condition: conditions by the names of fields.
    static let schema = fields(of: condition)

    private static let condition = ValueSchema.recursive("condition") { itself in
        MappingSchema(
            [
                .optional("type", "The type the value must have.", .word(of: PayloadType.self)),
                .optional("const", "The value it must be.", .anything),
                .optional("enum", "The values of which it must be one.", .list(of: .anything, atLeast: 1)),
                .optional("pattern", "A regular expression that the whole text must match.", .text, examples: ["tmp_[a-z0-9]+"]),
                .optional("minLength", "The shortest text, in characters.", .integer(in: ParameterReader.lengths)),
                .optional("maxLength", "The longest text, in characters.", .integer(in: ParameterReader.lengths)),
                .optional("minimum", "The smallest number.", .number),
                .optional("maximum", "The largest number.", .number),
                .optional("exclusiveMinimum", "What the number must be greater than.", .number),
                .optional("exclusiveMaximum", "What the number must be less than.", .number),
                .optional("properties", "Conditions on the members of an object; all must hold.", fields(of: itself)),
            ], rules: ["minProperties": 1, "not": ["required": ["const", "enum"]]]
        ).value
    }

    private static func fields(of condition: ValueSchema) -> ValueSchema { .map(of: condition, atLeast: 1) }
}
