extension ParameterSet {
    /// The declarations as JSON Schema (draft 2020-12), for those who make events. `secret` becomes `writeOnly`.
    package var jsonSchema: JSONValue {
        var schema: JSONObject = ["$schema": "https://json-schema.org/draft/2020-12/schema"]
        schema.merge(members) { _, new in new }
        return .object(schema)
    }

    fileprivate var members: JSONObject {
        var schema: JSONObject = ["type": "object"]
        schema["properties"] = .object(parameters.mapValues { .object($0.schema) })
        let required = parameters.filter { !$0.value.isOptional && $0.value.defaultValue == nil }
        if !required.isEmpty { schema["required"] = .array(required.keys.map(JSONValue.string)) }
        schema["additionalProperties"] = false
        return schema
    }
}

extension Parameter {
    fileprivate var schema: JSONObject {
        var schema = rulesSchema
        schema["title"] = title.map(JSONValue.string)
        schema["description"] = description.map(JSONValue.string)
        if !choices.isEmpty { schema["enum"] = .array(choices) }
        schema["default"] = defaultValue
        if !examples.isEmpty { schema["examples"] = .array(examples) }
        if isSecret { schema["writeOnly"] = true }
        return schema
    }

    private var rulesSchema: JSONObject {
        switch rules {
        case .string(let rules): return rules.schema
        case .integer(let rules): return rules.schema("integer")
        case .number(let rules): return rules.schema("number")
        case .boolean: return ["type": "boolean"]
        case .object(let members): return members.members
        case .array(let rules):
            var schema: JSONObject = ["type": "array", "items": .object(rules.items.schema)]
            if rules.counts.lowerBound > 0 { schema["minItems"] = .integer(Int64(rules.counts.lowerBound)) }
            if rules.counts.upperBound < Int.max { schema["maxItems"] = .integer(Int64(rules.counts.upperBound)) }
            if rules.areUnique { schema["uniqueItems"] = true }
            return schema
        }
    }
}

extension Parameter.StringRules {
    fileprivate var schema: JSONObject {
        var schema: JSONObject = ["type": "string"]
        schema["pattern"] = pattern.map { .string("^(?:\($0.source))$") }
        if lengths.lowerBound > 0 { schema["minLength"] = .integer(Int64(lengths.lowerBound)) }
        schema["maxLength"] = .integer(Int64(lengths.upperBound))
        schema["format"] = format.map { .string($0.rawValue) }
        return schema
    }
}

extension Parameter.NumberRules {
    fileprivate func schema(_ type: String) -> JSONObject {
        var schema: JSONObject = ["type": .string(type)]
        let bounds = [
            ("minimum", minimum), ("maximum", maximum), ("exclusiveMinimum", exclusiveMinimum), ("exclusiveMaximum", exclusiveMaximum),
            ("multipleOf", multipleOf),
        ]
        for (name, bound) in bounds { schema[name] = bound.map { $0.int64Value.map(JSONValue.integer) ?? .decimal($0) } }
        return schema
    }
}
