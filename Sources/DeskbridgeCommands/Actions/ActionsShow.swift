package import ArgumentParser
internal import DeskbridgeActions
internal import DeskbridgeCore
internal import DeskbridgeServer
internal import Foundation

package struct ActionsShow: BridgeCommand {
    package static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show one action: its parameters as a JSON Schema, and its steps.",
        discussion: """
            EXAMPLES:
              deskbridge actions show CREATE_RESOURCE
              deskbridge actions show create-resource | jq .schema
            """)

    @Argument(help: "The action's name, or the event type it serves.")
    package var name: String

    @OptionGroup package var home: HomeOptions

    package init() {}

    package func run(on terminal: Terminal) async throws {
        let files = try HomeFiles(home)
        let handlers = StandardHandlers(environment: ProcessInfo.processInfo.environment, home: files.userFolder)
        let catalog = try files.definitions(handlers.table).current.catalog
        await handlers.shutdown()
        guard let action = catalog.actions.first(where: { $0.name == name || $0.type.text == name }) else {
            let names = catalog.actions.flatMap { [$0.name, $0.type.text] }
            let nearest = NearestName.of(name, in: names).map { " Did you mean \($0)?" } ?? ""
            throw CommandFailure("No action is called \"\(name)\" or serves it.\(nearest)", .failed)
        }
        try terminal.output.line(ActionJSON.action(action).prettyText)
    }
}
