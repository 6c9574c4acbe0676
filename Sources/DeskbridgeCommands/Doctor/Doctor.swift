package import ArgumentParser
internal import DeskbridgeCore

package struct Doctor: BridgeCommand {
    package static let configuration = CommandConfiguration(
        abstract: "Look for what keeps the bridge from working, and say how to mend it.",
        discussion: """
            Nothing is changed. Ends with 1 if a check fails; a warning alone is no failure.

            EXAMPLES:
              deskbridge doctor
              deskbridge doctor --home ~/bridge
              deskbridge doctor --format json | jq '.checks[].finding'
            """)

    @OptionGroup package var format: FormatOptions
    @OptionGroup package var home: HomeOptions

    package init() {}

    package func run(on terminal: Terminal) async throws {
        let checks = try await checks(clock: terminal.clock)
        var findings: [(String, Finding)] = []
        for check in checks {
            let finding = await check.look()
            findings.append((check.name, finding))
            if format.format == .table { try terminal.output.text(DoctorReport.text(check.name, finding, for: terminal.output)) }
        }
        if format.format == .json {
            let json: JSONValue = ["checks": .array(findings.map { DoctorReport.json($0, $1) })]
            try terminal.output.line(json.prettyText)
        }
        if findings.contains(where: { $0.1.isFailure }) { throw ExitStatus.failed.exitCode }
    }

    private func checks(clock: WallClock) async throws -> [Check] {
        let located = try home.located()
        let configuration = Result { () throws(DefinitionErrors) in try HomeFiles.configuration(of: located) }
        let status = await status()
        return HomeChecks.all(located, home)
            + ConfigurationChecks.all(located, userFolder: home.userFolder, configuration: configuration)
            + DaemonChecks.all(status: status, configuration: try? configuration.get(), home)
            + MachineChecks.all(located, clock: clock)
    }

    private func status() async -> Result<BridgeStatus, CommandFailure> {
        do { return .success(try await home.withClient { try await $0.status(timeout: .seconds(5)) }) } catch {
            return switch error {
            case let error as ControlError: .failure(error.failure(home))
            case let error as CommandFailure: .failure(error)
            default: .failure(CommandFailure("\(error)", .failed))
            }
        }
    }
}
