import DBus
import DeskbridgeCore

extension BusUntil {
    static let schema = MappingSchema(
        [
            .optional("interface", "The interface of the signal; that of the call if left out.", BusNameSchemas.interface),
            .required("member", "The signal.", BusNameSchemas.member, examples: ["JobRemoved"]),
            .optional(
                "path", "The object that sends it; that of the call if left out. {reply.0} is a part of the answer.", .template,
                examples: ["{reply.0}"]),
            .optional("sender", "The bus name of who sends it; the destination of the call if left out.", .template),
            .required("signature", "The types of the signal's arguments.", BusNameSchemas.signature, examples: ["uoss"]),
            .optional(
                "where", "What tells it from the signals of others: a value, or several, for the position of an argument.", arguments,
                examples: [["1": "{reply.0}"]]),
            .optional(
                "timeout", "How long it may take to come.", .duration(in: shortestTimeout...longestTimeout),
                default: .string(Units.text(defaultTimeout))),
            .optional(
                "expect", "What it must say for the step to succeed: a value, or several, for the position of an argument.", arguments,
                examples: [["3": "done"]]),
            .optional(
                "otherwise", "What it means when expect is not met.", BusNameSchemas.failure, default: "permanent"),
        ], rules: ["dependentRequired": ["otherwise": ["expect"]]])

    private static let arguments: ValueSchema = {
        let value = ValueSchema(["type": ["string", "number", "boolean"]], remark: ValueSchema.template.remark)
        return .map(of: .either(value, .list(of: value, atLeast: 1)), named: .text("^(0|[1-9][0-9]*)([.][^.]+)*$"))
    }()
}
