package import DeskbridgeCore

/// How a command ended and what it wrote.
package struct CommandResult: Sendable {
    package let code: Int32
    package let output: String
    package let errors: String

    package init(code: Int32, output: String, errors: String) {
        self.code = code
        self.output = output
        self.errors = errors
    }

    /// Standard output as JSON.
    package var json: JSONValue? { try? JSONParser.parse(output) }
}

extension TestHome {
    /// Starts `deskbridge` with these words.
    package func launch(_ arguments: [String], input: String? = nil, environment added: [String: String] = [:]) throws -> ChildProcess {
        try ChildProcess(
            [RunningBridge.program] + arguments, environment: environment.merging(added) { _, added in added }, directory: root,
            input: input)
    }

    /// Runs `deskbridge` with these words to its end.
    package func command(
        _ arguments: [String], input: String? = nil, environment: [String: String] = [:]
    ) async throws -> CommandResult {
        let (exit, output, errors) = try await launch(arguments, input: input, environment: environment).result()
        guard case .code(let code) = exit else { throw NeverCame("an exit code of \(arguments)", instead: ["\(exit)", errors]) }
        return CommandResult(code: code, output: output, errors: errors)
    }
}

extension RunningBridge {
    package func command(_ arguments: String..., input: String? = nil) async throws -> CommandResult {
        try await home.command(arguments, input: input)
    }

    /// Makes a token and returns it.
    package func token(_ client: String, _ options: String...) async throws -> String {
        let result = try await home.command(["token", "create", client] + options)
        guard result.code == 0 else { throw NeverCame("a token", instead: [result.errors]) }
        return result.output
    }

    /// The daemon's status as the owner of the machine sees it.
    package func status() async throws -> JSONValue {
        guard let json = try await command("status", "--format", "json").json else { throw NeverCame("a status", instead: []) }
        return json
    }

    /// All that is known of an event.
    package func event(_ id: String) async throws -> JSONValue {
        let result = try await command("queue", "show", id, "--format", "json")
        guard let json = result.json else { throw NeverCame("the event \(id)", instead: [result.errors]) }
        return json
    }
}
