package import ArgumentParser
internal import DeskbridgeActions
internal import DeskbridgeCore
internal import DeskbridgeEngine
internal import Foundation

package struct PolicyExplainCommand: BridgeCommand {
    package static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Show which rule decides about an event, and why the others before it don't.",
        discussion: """
            Looks at the rules one after the other as the daemon does, until one matches. With a payload it also plans the action and \
            shows what the grants say to each step. It needs no daemon, changes nothing and counts against no rate. \
            Whether an answer is remembered, only the daemon knows; it is asked if it runs.

            Ends with 0 if the event would be allowed or asked for, and 77 if it would be denied.

            EXAMPLES:
              deskbridge policy explain CREATE_RESOURCE --origin https://studio.example
              deskbridge policy explain DELETE_SHOT --set shot=1 --at 2026-11-21T17:30
            """)

    @Argument(help: "The type of the event, such as CREATE_RESOURCE.")
    package var type: String

    @OptionGroup package var payload: PayloadOptions

    @Option(help: "The client that would send it.")
    package var client: String = "local"

    @Option(help: "The web origin it would come from. (default: none, as when no browser sends it)")
    package var origin: String?

    @Option(
        help: ArgumentHelp(
            "When it would come: 2026-11-21T09:00:00Z, or the time where you are, 2026-11-21T10:00. (default: now)", valueName: "time"))
    package var at: MomentArgument?

    @OptionGroup package var format: FormatOptions
    @OptionGroup package var home: HomeOptions

    package init() {}

    package func validate() throws {
        guard ClientName(client) != nil else { throw ValidationError("\"\(client)\" is no client name: \(ClientName.rule).") }
        if let origin { try TokenArguments.check(origins: [origin]) }
        guard EventType(type) != nil else { throw ValidationError("\"\(type)\" is no event type.") }
    }

    package func run(on terminal: Terminal) async throws {
        let files = try HomeFiles(home)
        let handlers = StandardHandlers(environment: ProcessInfo.processInfo.environment, home: files.userFolder)
        let definitions = try files.definitions(handlers.table)
        guard let client = ClientName(client), let type = EventType(type) else { throw CommandFailure("There is no such event.", .usage) }
        let hasPayload = payload.payload != nil || payload.file != nil || !payload.assignments.isEmpty
        let answers = try await home.answers(for: definitions.current.policy.policy)
        let explained = await PolicyExplain(
            type: type, client: client, origin: origin, payload: hasPayload ? .object(try payload.object()) : nil,
            at: at?.moment ?? terminal.clock.now(), in: .system, under: definitions.current, knowing: answers)
        await handlers.shutdown()
        switch format.format {
        case .json: try terminal.output.line(explained.shown.prettyText)
        case .table: try terminal.output.text(ExplanationText.text(explained, for: terminal.output))
        }
        if case .deny = explained.explanation.decision.effect { throw ExitStatus.noPermission.exitCode }
    }
}
