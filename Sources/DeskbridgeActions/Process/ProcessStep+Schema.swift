import DeskbridgeCore

extension ProcessStep {
    static let schema = MappingSchema([
        .required(
            "argv", "The program, by its granted absolute path, and its arguments; each element is one argument, and no shell is asked.",
            arguments, examples: [["/usr/bin/git", "init", "--quiet", "--", "{steps.project.path}"]]),
        .optional(
            "environment", "Variables of its environment, beside the few that it is always given.",
            .map(of: .numberOrTemplate, named: EnvironmentNames.schema), examples: [["LC_ALL": "C.UTF-8"]]),
        .optional(
            "inheritEnvironment", "Names of variables of the bridge's own that it is given too.", .list(of: EnvironmentNames.schema)),
        .optional("directory", "Its working directory: an absolute path, or one that begins with ~/.", .template, default: "~"),
        .optional(
            "stdin", "What it reads: the event's payload as JSON, a text, or nothing.",
            .either(.word(["none", "payload"]), ProcessInput.schema.value), default: "none"),
        .optional(
            "timeout", "How long it may run before it is asked to end, and then killed with all it started.",
            .duration(in: ProcessLimits.timeout), default: .string(Units.text(usualTimeout))),
        .optional(
            "grace", "How long it may take to end when asked, before it is killed.", .duration(in: ProcessLimits.grace),
            default: .string(Units.text(usualGrace))),
        .optional("exitCodes", "What its exit codes mean.", ExitCodeRules.schema.value),
        .optional("output", "What is kept of its output.", output.value),
        .optional("limits", "What it may use at most.", ResourceLimits.schema.value),
        .optional("sandbox", "What it is kept from; without this it may do what you may.", SandboxRequest.schema.value),
    ])

    static let output = MappingSchema([
        .optional(
            "tail", "How much of the end of each stream is kept.", .size(in: ProcessLimits.tail),
            default: .string(Units.text(size: usualTail))),
        .optional("parse", "Whether standard output is read as JSON, into {steps.ID.json}.", .word(["json", "none"]), default: "none"),
    ])

    private static let arguments: ValueSchema = {
        let argument = ValueSchema.either(.numberOrTemplate, ProcessArgument.schema.value)
        return ValueSchema.list(of: argument, atLeast: 1).with(["prefixItems": [.object(executable.members)]])
    }()

    private static let executable = ValueSchema.text("^(/[^/{}]+)+$")
        .described("The absolute path of the program, exactly as a policy grants it.")
}
