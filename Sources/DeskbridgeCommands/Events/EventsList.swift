package import ArgumentParser

package struct EventsList: BridgeCommand {
    package static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List all events, newest first.",
        discussion: """
            EXAMPLES:
              deskbridge events list --limit 10
              deskbridge events list --type CREATE_RESOURCE --search Project_001
              deskbridge events list --format json | jq '.events[] | {id, state}'
            """)

    @OptionGroup package var filter: EventFilterOptions
    @OptionGroup package var format: FormatOptions
    @OptionGroup package var home: HomeOptions

    package init() {}

    package func run(on terminal: Terminal) async throws {
        let page = try await home.withClient { try await filter.page(from: $0, defaultStates: []) }
        try terminal.write(page, as: format.format, ifEmpty: "No such event.")
    }
}
