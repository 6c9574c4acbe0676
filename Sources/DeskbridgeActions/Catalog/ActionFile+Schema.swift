package import DeskbridgeCore

extension ActionFile {
    /// The JSON Schema of an action file whose steps are of these kinds.
    package static func schema(_ handlers: HandlerTable) -> JSONValue {
        let step = step(handlers).value
        let steps = MappingSchema.Key.required(
            "steps", "What is done, in this order; a retry goes on at the step that failed.",
            ValueSchema.list(of: step, atLeast: 1, atMost: mostSteps))
        return MappingSchema(head + [steps] + tail).value.document(
            title: "Deskbridge action",
            description: "An action of Deskbridge: which event type it serves, the parameters it takes, its steps, and what it confirms.")
    }

    private static let head: [MappingSchema.Key] = [
        .required("action", "Its name: small letters, digits, - and _, at most 64.", name, examples: ["create-resource"]),
        .required("on", "The event type it serves; one type has one action.", eventType, examples: ["CREATE_RESOURCE"]),
        .required(
            "confirm", "The type of the confirmation of success; that of a failure is always the event type with _FAILED.", eventType,
            examples: ["RESOURCE_CREATED"]),
        .optional("description", "What it does, for people.", .text),
        .optional(
            "parameters", "What the payload may and must hold; without them it must be empty.", ParameterSet.declarationSchema,
            examples: [["name": ["type": "string", "maxLength": 64]]]),
    ]

    private static let tail: [MappingSchema.Key] = [
        .optional(
            "result", "The payload of the confirmation; the event's own parameters less the secret ones if left out.",
            ValueSchema(["type": "object"], remark: ValueSchema.template.remark), examples: [["path": "{steps.project.path}"]]),
        .optional(
            "retry", "How often, and after which waits, a failed event is tried again.", RetryPolicy.schema.value.orNothing),
        .optional("concurrency", "How many events of this action may run at once; as many as fit if left out.", concurrency.value),
        .optional(
            "expires", "How long an event may wait for its first attempt before it is expired; for ever if left out.", .duration(),
            examples: ["1h"]),
    ]

    static let concurrency = MappingSchema([
        .required("limit", "Events at once, for each text that key renders to, or for the whole action.", .integer(in: limits)),
        .optional("key", "What counts separately, such as {name}.", .template),
    ])

    private static func step(_ handlers: HandlerTable) -> MappingSchema {
        MappingSchema(
            [.required("id", "Its name, by which later templates name its result: {steps.ID.…}.", name, examples: ["project"])]
                + handlers.schemas.map { MappingSchema.Key($0.key, $0.schema) }
                + [
                    .optional(
                        "safeToRepeat",
                        "Whether running it twice is the same as once, so that it runs again when nobody can tell if it took effect.",
                        .boolean, default: false),
                    .optional("optional", "Whether the event goes on when it fails.", .boolean, default: false),
                ],
            rules: MappingSchema.exactlyOne(of: handlers.keys))
    }

    private static let name = ValueSchema.text("^[a-z][a-z0-9_-]*$", longest: 64)
    private static let eventType = ValueSchema.text("^[A-Z][A-Z0-9_]*$", longest: 64)
}
