package import ArgumentParser
internal import DeskbridgeActions
internal import DeskbridgeEngine
internal import Foundation

package struct ActionsCheck: BridgeCommand {
    package static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check all action and policy files, as the daemon does when it loads them.",
        discussion: """
            Every mistake is told with its file, line and column: unknown keys, wrong types, bad templates, names or signatures, and what \
            the grants of the policies don't allow.

            With --live, D-Bus steps are also compared with what their peers say of themselves: object, interface, method, signal and \
            signatures. Only peers that run are asked; with --activate, those that a step would start are started for it. A peer that \
            isn't there is no mistake. Steps whose destination or path is filled from the event are for a dry run to check.

            Ends with 0 when all files are good, and 78 when one is not, or contradicts its peer.

            EXAMPLES:
              deskbridge actions check
              deskbridge actions check --live --activate
              deskbridge actions check --home ~/bridge && git -C ~/bridge commit -a
            """)

    @Flag(help: "Compare D-Bus steps with their peers, as far as those run.")
    package var live = false

    @Flag(help: "With --live: start the services that steps would start, to compare the steps with them.")
    package var activate = false

    @OptionGroup package var home: HomeOptions

    package init() {}

    package func validate() throws {
        if activate, !live { throw ValidationError("--activate says how --live looks: give both.") }
    }

    package func run(on terminal: Terminal) async throws {
        let files = try HomeFiles(home)
        try files.demandHome()
        let handlers = StandardHandlers(environment: ProcessInfo.processInfo.environment, home: files.userFolder)
        let snapshot: Definitions.Snapshot
        do { snapshot = try files.definitions(handlers.table).current } catch {
            await handlers.shutdown()
            throw error
        }
        let findings = live ? await LiveCheck.findings(snapshot.catalog, activating: activate) : []
        await handlers.shutdown()

        let actions = Count.text(snapshot.catalog.actions.count, "action")
        let rules = Count.text(snapshot.policy.policy.rules.count, "rule")
        for finding in findings where finding.kind == .note { try terminal.error.line("note: \(finding.text)") }
        let contradictions = findings.filter { $0.kind == .contradiction }
        guard contradictions.isEmpty else {
            throw CommandFailure(
                "\(Count.text(contradictions.count, "contradiction")) between steps and their peers:\n"
                    + contradictions.map(\.text).joined(separator: "\n"), .configuration)
        }
        try terminal.output.line("\(actions) and \(rules) checked: all good.")
        if live { try terminal.output.line(LiveCheck.summary(findings)) }
    }
}
