import OrderedCollections

extension PolicyRule {
    static let schema = MappingSchema(
        [
            .optional(
                "allow", "Event types that are let through; a * at an end stands for any other characters.", typeNames, examples: types),
            .optional(
                "ask", "Event types that the person at the desk decides about; a * at an end stands for any other characters.", typeNames,
                examples: types),
            .optional("deny", "Event types that are refused; a * at an end stands for any other characters.", typeNames, examples: types),
            .required(
                "clients", "Whom the rule is about: names of tokens, or programs on the bus such as dbus:backup.service.", names,
                examples: [["dashboard"], ["*"]]),
            .optional(
                "origins", "Web origins as browsers spell them; none is a request from outside a web page. Any will do if left out.",
                .list(of: .text("^(none$|[a-z][a-z0-9+.-]*://[^*/?#@ ]+$)"), atLeast: 1), examples: [["https://studio.example"]]),
            .optional(
                "payload", "Conditions on the payload, by the names of its fields or by JSON pointers; all must hold.",
                PayloadConditionReader.schema, examples: [["shot": ["pattern": "tmp_[a-z0-9]+"]]]),
            .optional(
                "hours", "Times of day when the rule counts, on the clock of this machine; the last minute is not in it.",
                .either(hours, .list(of: hours, atLeast: 1)), examples: ["09:00-18:00", "22:00-02:00"]),
            .optional(
                "days", "Days of the week when the rule counts: mon to sun, and ranges such as mon-fri.", .list(of: days, atLeast: 1),
                examples: [["mon-fri"], ["sat", "sun"]]),
            .optional("rate", "How often each client may do by this rule what it allows or asks about.", .rate, examples: ["60/10s"]),
            .optional(
                "timeout", "How long the person at the desk has to decide.", .duration(in: timeouts),
                default: .string(Units.text(defaultTimeout))),
            .optional(
                "remember",
                "How long the answer counts for later events of the same client from the same page too; always is until it is forgotten.",
                .either(.word([always]), .duration(in: lifetimes)), examples: ["30d", .string(always)]),
        ], rules: rules)

    private static let typeNames = ValueSchema.list(of: .text("^(\\*|\\*[A-Z0-9_]{1,64}\\*?|[A-Z][A-Z0-9_]{0,63}\\*?)$"), atLeast: 1)
    private static let names = ValueSchema.list(of: NamePattern.schema, atLeast: 1)
    private static let types: [JSONValue] = [["CREATE_RESOURCE"], ["DELETE_*"]]
    private static let hours = ValueSchema.text(
        "^([01][0-9]|2[0-3]):[0-5][0-9]-(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$")
    private static let days = ValueSchema.either(
        .word(Weekday.allCases.map(\.description)), .text("^(mon|tue|wed|thu|fri|sat|sun)-(mon|tue|wed|thu|fri|sat|sun)$"))

    private static let rules: JSONObject = {
        var rules = MappingSchema.exactlyOne(of: ["allow", "ask", "deny"])
        rules["dependentRequired"] = ["timeout": ["ask"], "remember": ["ask"]]
        rules["not"] = ["required": ["deny", "rate"]]
        return rules
    }()
}
