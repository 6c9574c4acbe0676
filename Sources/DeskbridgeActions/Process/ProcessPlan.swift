package import DeskbridgeCore

/// A process that is going to be started, to the last byte.
package struct ProcessPlan: StepPlan {
    package struct Variable: Sendable, Hashable {
        package let name: String
        package let text: RenderedText
        /// Whether a field is in it.
        var isChosen = false
    }

    package let executable: String
    /// What follows the executable, which is also the first element of argv.
    package let arguments: [RenderedText]
    /// In the order of the names.
    package let environment: [Variable]
    package let directory: RenderedText
    /// Whether a field is in it.
    let choosesDirectory: Bool
    /// What stands on standard input; nothing means /dev/null.
    package let input: RenderedText?
    package let timeout: Duration
    /// The time between TERM and KILL.
    package let grace: Duration
    let exitCodes: ExitCodeRules
    /// How many bytes of each output stream are kept.
    package let tail: Int
    package let parsesJSON: Bool
    let limits: ResourceLimits
    /// Nil if the action asks for none.
    package let sandbox: SandboxPlan?
    /// What must not be shown wherever it turns up, longest first.
    let secrets: [String]

    init(
        executable: String, arguments: [RenderedText], environment: [Variable], directory: RenderedText, input: RenderedText?,
        timeout: Duration, grace: Duration, exitCodes: ExitCodeRules, tail: Int, parsesJSON: Bool, limits: ResourceLimits = .none,
        sandbox: SandboxPlan? = nil, choosesDirectory: Bool = false, secretTexts: Set<String>
    ) {
        self.choosesDirectory = choosesDirectory
        self.executable = executable
        self.arguments = arguments
        self.environment = environment
        self.directory = directory
        self.input = input
        self.timeout = timeout
        self.grace = grace
        self.exitCodes = exitCodes
        self.tail = tail
        self.parsesJSON = parsesJSON
        self.limits = limits
        self.sandbox = sandbox
        let rendered = arguments + environment.map(\.text) + [directory] + (input.map { [$0] } ?? []) + (sandbox?.folders ?? [])
        secrets = SecretTexts.all(in: rendered, and: secretTexts)
    }

    /// - Throws: ``PlanError`` for what execve(2) would not take.
    func check() throws(PlanError) {
        var total = executable.utf8.count + 1
        for (index, argument) in arguments.enumerated() { total += try Self.size(of: argument, "argv[\(index + 1)]") }
        for variable in environment {
            total += try Self.size(of: variable.text, "the environment variable \(variable.name)", extra: variable.name.utf8.count + 1)
        }
        _ = try Self.size(of: directory, "the directory")
        guard total <= ProcessLimits.elementsInAll else {
            throw .refused(.tooLong, "the arguments and the environment take \(total) bytes; \(ProcessLimits.elementsInAll) is the limit")
        }
    }

    private static func size(of text: RenderedText, _ what: String, extra: Int = 0) throws(PlanError) -> Int {
        guard !text.value.utf8.contains(0) else {
            throw .refused(.forbiddenCharacter, "\(what) holds the character U+0000, which no process can be given")
        }
        let size = text.value.utf8.count + extra + 1
        guard size <= ProcessLimits.element else {
            throw .refused(.tooLong, "\(what) takes \(size) bytes; \(ProcessLimits.element) is the limit")
        }
        return size
    }
}
