package import ArgumentParser
internal import DeskbridgeActions
internal import DeskbridgeCore
internal import DeskbridgeEngine
internal import Foundation

package struct DryRunCommand: BridgeCommand {
    package static let configuration = CommandConfiguration(
        commandName: "dry-run",
        abstract: "Show what an event would do, and do nothing.",
        discussion: """
            Reads the files of the home as the daemon does, asks the same policies and the same planner, and stops there: the decision, \
            and each step's argv, environment, folder tree or D-Bus message to the last byte. It needs no daemon and changes nothing.

            A D-Bus step is compared with what its peer says of itself, if that runs; with --activate also if the step would start it. \
            What differs is told with its place in the action file.

            A step that needs the result of an earlier one is shown as far as looking at the disk can tell. Environment variables are \
            those of this shell; the daemon passes on its own. Whether you answered once and for all, only the daemon knows; it is asked if it \
            runs and a rule has answers remembered.

            Ends with 0 when the event would be taken, 65 when it is not valid, 77 when a policy denies it, and 78 when a step contradicts \
            its peer, as `actions check --live` does.

            EXAMPLES:
              deskbridge dry-run CREATE_RESOURCE --set name=Project_001 --set user=John
              deskbridge dry-run CREATE_RESOURCE --payload-file a.json --client dashboard
            """)

    @Argument(help: "The type of the event, such as CREATE_RESOURCE.")
    package var type: String

    @OptionGroup package var payload: PayloadOptions

    @Option(help: "The client that would send it; policies decide by it.")
    package var client: String = "local"

    @Option(help: "The web origin it would come from. (default: none, as when no browser sends it)")
    package var origin: String?

    @Flag(help: "Start D-Bus services that the steps would start, to compare the steps with them.")
    package var activate = false

    @OptionGroup package var format: FormatOptions
    @OptionGroup package var home: HomeOptions

    package init() {}

    package func validate() throws {
        guard ClientName(client) != nil else { throw ValidationError("\"\(client)\" is no client name: \(ClientName.rule).") }
        if let origin { try TokenArguments.check(origins: [origin]) }
    }

    package func run(on terminal: Terminal) async throws {
        let files = try HomeFiles(home)
        let handlers = StandardHandlers(environment: ProcessInfo.processInfo.environment, home: files.userFolder)
        let definitions = try files.definitions(handlers.table)
        guard let client = ClientName(client) else { throw CommandFailure("There is no client \"\(client)\".", .usage) }
        let payload = try self.payload.object()
        let answers = try await home.answers(for: definitions.current.policy.policy)
        let dryRun: DryRun
        do throws(Problem) {
            dryRun = try await DryRun.run(
                type: .string(type), payload: .object(payload), key: nil, as: Identity(client: client, origin: origin),
                under: definitions.current, knowing: answers, now: terminal.clock.now(), activating: activate)
        } catch {
            throw CommandFailure(error.detail, ExitStatus(error.code))
        }
        await handlers.shutdown()
        switch format.format {
        case .json: try terminal.output.line(dryRun.shown.prettyText)
        case .table: try terminal.output.text(PlanText.text(dryRun))
        }
        switch dryRun.verdict {
        case .refused(let problem): throw ExitStatus(problem.code).exitCode
        case .accepted(let checked):
            let findings = checked.plan.steps.flatMap(\.findings)
            if findings.contains(where: { $0.kind == .contradiction }) { throw ExitStatus.configuration.exitCode }
        }
    }
}
