package import ArgumentParser
internal import DeskbridgeActions
internal import DeskbridgeCore
internal import DeskbridgeServer
internal import Foundation

package struct ActionsList: BridgeCommand {
    package static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the actions, with the event type each serves.",
        discussion: """
            EXAMPLES:
              deskbridge actions list
              deskbridge actions list --format json | jq '.actions[].type'
            """)

    @OptionGroup package var format: FormatOptions
    @OptionGroup package var home: HomeOptions

    package init() {}

    package func run(on terminal: Terminal) async throws {
        let files = try HomeFiles(home)
        let handlers = StandardHandlers(environment: ProcessInfo.processInfo.environment, home: files.userFolder)
        let catalog = try files.definitions(handlers.table).current.catalog
        await handlers.shutdown()
        switch format.format {
        case .json:
            try terminal.output.line(JSONValue.object(["actions": .array(catalog.actions.map(ActionJSON.action))]).prettyText)
        case .table:
            guard !catalog.actions.isEmpty else {
                try terminal.error.line("There is no action in \(files.home.actions). Make one to begin with: \(home.command("init"))")
                return
            }
            var table = TablePrinter([
                .init("TYPE"), .init("ACTION"), .init("CONFIRMS"), .init("STEPS"), .init("DESCRIPTION", isFlexible: true),
            ])
            for action in catalog.actions {
                table.add([
                    action.type.text, action.name, action.confirm.text, action.steps.map(\.kind).joined(separator: ", "),
                    action.description ?? "",
                ])
            }
            try terminal.output.text(table.text(for: terminal.output))
        }
    }
}
