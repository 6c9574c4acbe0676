package import ArgumentParser
internal import DeskbridgeActions
internal import DeskbridgeCore
internal import DeskbridgeEngine
internal import Foundation

package struct PolicyCheck: BridgeCommand {
    package static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check policies against actions: mistakes, and what can never happen.",
        discussion: """
            Errors are what the daemon refuses: mistakes, steps that no grant covers, programs that others could replace. Warnings are \
            rules that never match, actions that never run, programs that are missing or that a group may write. Notes are grants that \
            no action needs, and, while the daemon runs, clients that have no token.

            Ends with 78 on errors, with --strict also on warnings, else with 0.

            EXAMPLES:
              deskbridge policy check
              deskbridge policy check --strict --format json | jq '.findings[]'
            """)

    @Flag(help: "End with 78 on warnings too.")
    package var strict = false

    @OptionGroup package var format: FormatOptions
    @OptionGroup package var home: HomeOptions

    package init() {}

    package func run(on terminal: Terminal) async throws {
        let files = try HomeFiles(home)
        try files.demandHome()
        let handlers = StandardHandlers(environment: ProcessInfo.processInfo.environment, home: files.userFolder)
        let snapshot = Result { () throws(DefinitionErrors) in try files.checkedDefinitions(handlers.table).current }
        await handlers.shutdown()
        let findings: [PolicyFinding]
        switch snapshot {
        case .success(let snapshot): findings = snapshot.review(clients: try? await clients(at: terminal.clock.now()))
        case .failure(let errors): findings = errors.errors.map { PolicyFinding(.error, .mistake, $0.location, $0.message) }
        }
        switch format.format {
        case .json: try terminal.output.line(Self.json(findings).prettyText)
        case .table: try Self.write(findings, snapshot, to: terminal)
        }
        let levels = findings.map(\.level)
        if levels.contains(.error) || strict && levels.contains(.warning) { throw ExitStatus.configuration.exitCode }
    }

    /// The clients that have tokens in force, as the daemon knows them.
    private func clients(at now: Timestamp) async throws -> [String] {
        try await home.withClient { daemon in try await daemon.tokens().filter { $0.standing(at: now) == .valid }.map(\.client) }
    }

    private static func json(_ findings: [PolicyFinding]) -> JSONValue {
        .object([
            "errors": .integer(count(findings, .error)), "warnings": .integer(count(findings, .warning)),
            "notes": .integer(count(findings, .note)), "findings": .array(findings.map(\.json)),
        ])
    }

    private static func count(_ findings: [PolicyFinding], _ level: PolicyFinding.Level) -> Int64 {
        Int64(findings.count { $0.level == level })
    }

    private static func write(
        _ findings: [PolicyFinding], _ snapshot: Result<Definitions.Snapshot, DefinitionErrors>, to terminal: Terminal
    ) throws {
        let paints: [PolicyFinding.Level: Paint] = [.error: .red, .warning: .yellow, .note: .dim]
        for finding in findings {
            let level = terminal.output.painted(finding.level.rawValue, paints[finding.level] ?? .dim)
            try terminal.output.line("\(finding.location.description.printable()): \(level): \(finding.message.printable())")
        }
        guard case .success(let snapshot) = snapshot else { return }
        let checked = [
            Count.text(snapshot.policy.policy.rules.count, "rule"), Count.text(snapshot.policy.grantPlaces.count, "grant"),
            Count.text(snapshot.catalog.actions.count, "action"),
        ]
        let found = PolicyFinding.Level.allCases.map { Count.text(Int(count(findings, $0)), $0.rawValue) }
        try terminal.error.line("\(checked.joined(separator: ", ")) checked: \(found.joined(separator: ", ")).")
    }
}
