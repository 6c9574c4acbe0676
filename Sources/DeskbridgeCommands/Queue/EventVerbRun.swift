internal import DeskbridgeCore

/// Does one thing to several events. One that refuses does not keep the others from theirs.
struct EventVerbRun {
    let verb: EventVerb
    /// What the clients are told.
    var reason: String?
    /// Whether an answer counts for these events alone.
    var once = false
    let client: ControlClient
    let terminal: Terminal
    let format: OutputFormat

    /// What later events are decided by now.
    private static func memory(_ event: RemoteEvent) -> String {
        guard let number = event.json["approval"]?["remembered"]?.integerValue else { return "" }
        return "  remembered as answer \(number)"
    }

    /// - Throws: `ExitCode` of the first refusal once every event had its turn; ``ControlError`` at once if the daemon is gone.
    func run(on references: [EventReference]) async throws {
        var done: [RemoteEvent] = []
        var worst = ExitStatus.done
        for reference in references {
            let id = try await reference.id(from: client)
            do {
                let event = try await client.perform(verb, on: id, reason: reason, once: once)
                done.append(event)
                if format == .table { try terminal.output.line("\(event.id)  \(event.state.rawValue)\(Self.memory(event))") }
            } catch ControlError.problem(let problem) {
                try terminal.error.line("\(id): \(problem.message)")
                if worst == .done { worst = problem.status }
            }
        }
        if format == .json {
            let json: JSONValue = ["events": .array(done.map(\.json))]
            try terminal.output.line(json.prettyText)
        }
        if worst != .done { throw worst.exitCode }
    }
}
