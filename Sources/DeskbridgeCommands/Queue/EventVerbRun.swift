internal import DeskbridgeCore

/// Does one thing to several events. One that refuses does not keep the others from theirs.
struct EventVerbRun {
    let verb: EventVerb
    /// What the clients are told.
    var reason: String?
    let client: ControlClient
    let terminal: Terminal
    let format: OutputFormat

    /// - Throws: `ExitCode` of the first refusal once every event had its turn; ``ControlError`` at once if the daemon is gone.
    func run(on references: [EventReference]) async throws {
        var done: [RemoteEvent] = []
        var worst = ExitStatus.done
        for reference in references {
            let id = try await reference.id(from: client)
            do {
                let event = try await client.perform(verb, on: id, reason: reason)
                done.append(event)
                if format == .table { try terminal.output.line("\(event.id)  \(event.state.rawValue)") }
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
