package import ArgumentParser
internal import DeskbridgeCore

package struct QueueResolve: BridgeCommand {
    /// What the person found out.
    package enum Finding: String, Sendable, CaseIterable, ExpressibleByArgument {
        case succeeded, failed
    }

    package static let configuration = CommandConfiguration(
        commandName: "resolve",
        abstract: "Say what became of an event whose outcome is unknown.",
        discussion: """
            An event is "unknown" when the machine or the daemon stopped while a step ran that must not run twice. Look at what it \
            did (queue show), then say how it ended: its client gets the confirmation. To have it run again, use "queue retry".

            EXAMPLES:
              deskbridge queue resolve last --as succeeded --result '{"path":"/tmp/A1"}'
              deskbridge queue resolve last --as failed --message "The disk was full."
            """)

    @Argument(help: ArgumentHelp(EventReference.help, valueName: "id"))
    package var event: EventReference

    @Option(name: .customLong("as"), help: "How it ended: succeeded or failed.")
    package var finding: Finding

    @Option(help: ArgumentHelp("What the confirmation says, a JSON object; with --as succeeded.", valueName: "json"))
    package var result: String?

    @Option(help: ArgumentHelp("Why it failed; with --as failed.", valueName: "text"))
    package var message: String?

    @OptionGroup package var format: FormatOptions
    @OptionGroup package var home: HomeOptions

    package init() {}

    package func validate() throws {
        guard result == nil || finding == .succeeded else { throw ValidationError("--result goes with --as succeeded.") }
        guard message == nil || finding == .failed else { throw ValidationError("--message goes with --as failed.") }
    }

    package func run(on terminal: Terminal) async throws {
        let resolution = try resolution()
        let resolved = try await home.withClient { client in
            try await client.resolve(try await event.id(from: client), as: resolution)
        }
        try terminal.write(resolved, as: format.format) { "\($0.id)  \($0.state.rawValue)\n" }
    }

    private func resolution() throws(CommandFailure) -> EventResolution {
        guard finding == .succeeded else { return .failed(message: message) }
        guard let result else { return .succeeded(result: nil) }
        let json: JSONValue
        do { json = try JSONParser.parse(result) } catch { throw CommandFailure("--result is no JSON: \(error).", .dataError) }
        guard let object = json.objectValue else {
            throw CommandFailure("--result must be a JSON object, not \(json.typeName).", .dataError)
        }
        return .succeeded(result: object)
    }
}
