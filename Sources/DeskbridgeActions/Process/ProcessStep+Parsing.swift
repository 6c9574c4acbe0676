import DeskbridgeCore

extension ProcessStep {
    static let usualTimeout = Duration.seconds(300)
    static let usualGrace = Duration.seconds(5)
    static let usualTail = 16 << 10

    /// Reads what stands under `process:`.
    init(
        parsing node: YAMLNode, in scope: TemplateScope, environment bridge: [String: String], home: String,
        support: @escaping @Sendable () -> SandboxSupport
    ) throws(DefinitionError) {
        let mapping = try node.mapping("process", keys: Self.schema.names)
        let argv = try mapping.required("argv")
        let elements = try argv.sequence("argv")
        guard let first = elements.first else { throw argv.error("argv needs the executable as its first element") }
        executable = try Self.executable(first)
        executableLocation = first.location
        var arguments: [ProcessArgument] = []
        for (index, element) in elements.enumerated().dropFirst() {
            arguments.append(try ProcessArgument(parsing: element, "argv[\(index)]", in: scope))
        }
        self.arguments = arguments
        environment = try ProcessEnvironment(
            own: mapping["environment"], inherited: mapping["inheritEnvironment"], bridge: bridge, in: scope)
        directory = try ProcessDirectory(parsing: mapping["directory"], "directory", home: home, in: scope)
        input = try ProcessInput(parsing: mapping["stdin"], in: scope)
        timeout = try Self.duration(mapping, "timeout", in: ProcessLimits.timeout) ?? Self.usualTimeout
        grace = try Self.duration(mapping, "grace", in: ProcessLimits.grace) ?? Self.usualGrace
        exitCodes = try ExitCodeRules(parsing: mapping["exitCodes"])
        (tail, parsesJSON) = try Self.output(mapping["output"])
        limits = try ResourceLimits(parsing: mapping["limits"])
        sandbox = try mapping["sandbox"].map { node throws(DefinitionError) in try SandboxRequest(parsing: node, home: home, in: scope) }
        self.support = support
    }

    private static func executable(_ node: YAMLNode) throws(DefinitionError) -> String {
        let path = try node.string("argv[0]")
        guard path.utf8.first == UInt8(ascii: "/") else {
            throw node.error("argv[0] must be the absolute path of the executable, as `command -v` prints it, not \"\(path)\"")
        }
        guard !path.utf8.contains(UInt8(ascii: "{")), !path.utf8.contains(UInt8(ascii: "}")) else {
            throw node.error("argv[0] must be written out: which program runs is never up to an event")
        }
        // Grants compare paths letter by letter, so there must be one way only to write each.
        let names = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).dropFirst()
        guard !path.utf8.contains(0),
            !names.contains(where: { $0.isEmpty || $0.elementsEqual(".".utf8) || $0.elementsEqual("..".utf8) })
        else {
            throw node.error("argv[0] must be a plain path: no //, no . or .., no / at the end")
        }
        return path
    }

    private static func duration(
        _ mapping: YAMLMapping, _ name: String, in range: ClosedRange<Duration>
    ) throws(DefinitionError) -> Duration? {
        try mapping[name]?.duration(name, in: range)
    }

    private static func output(_ node: YAMLNode?) throws(DefinitionError) -> (tail: Int, parsesJSON: Bool) {
        let mapping = try node?.mapping("output", keys: output.names)
        var tail = usualTail
        if let node = mapping?["tail"] { tail = try node.size("output.tail", in: ProcessLimits.tail) }
        guard let node = mapping?["parse"] else { return (tail, false) }
        switch try node.string("output.parse") {
        case "json": return (tail, true)
        case "none": return (tail, false)
        default: throw node.error("output.parse must be json or none")
        }
    }
}
