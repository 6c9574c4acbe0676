package import ArgumentParser
internal import DeskbridgeActions
internal import Foundation

package struct ActionsCheck: BridgeCommand {
    package static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check all action and policy files, as the daemon does when it loads them.",
        discussion: """
            Every mistake is told with its file, line and column: unknown keys, wrong types, bad templates, names or signatures, and what \
            the grants of the policies don't allow.

            Ends with 0 when all files are good, and 78 when one is not.

            EXAMPLES:
              deskbridge actions check
              deskbridge actions check --home ~/bridge && git -C ~/bridge commit -a
            """)

    @OptionGroup package var home: HomeOptions

    package init() {}

    package func run(on terminal: Terminal) async throws {
        let files = try HomeFiles(home)
        let handlers = StandardHandlers(environment: ProcessInfo.processInfo.environment, home: files.userFolder)
        let snapshot = try files.definitions(handlers.table).current
        await handlers.shutdown()
        let actions = Count.text(snapshot.catalog.actions.count, "action")
        let rules = Count.text(snapshot.policy.policy.rules.count, "rule")
        try terminal.output.line("\(actions) and \(rules) checked: all good.")
    }
}
