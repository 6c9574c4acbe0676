package import ArgumentParser
internal import DeskbridgeCore

package struct QueueList: BridgeCommand {
    package static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the events that have not ended, newest first.",
        discussion: """
            With --state it lists events of other states too: "failed" are the dead letters, "unknown" wait for your decision.

            EXAMPLES:
              deskbridge queue list
              deskbridge queue list --state failed --type CREATE_RESOURCE
              deskbridge queue list --state unknown --format json | jq '.events[].id'
            """)

    @OptionGroup package var filter: EventFilterOptions
    @OptionGroup package var format: FormatOptions
    @OptionGroup package var home: HomeOptions

    package init() {}

    package func run(on terminal: Terminal) async throws {
        let page = try await home.withClient {
            try await filter.page(from: $0, defaultStates: DeliveryState.allCases.filter { !$0.isFinal })
        }
        try terminal.write(
            page, as: format.format,
            ifEmpty: "No such event waits or runs. Those that have ended: \(home.command("events list"))")
    }
}
