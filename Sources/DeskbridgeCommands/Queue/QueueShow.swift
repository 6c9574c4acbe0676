package import ArgumentParser

package struct QueueShow: BridgeCommand {
    package static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show all that is known of one event, ended or not.",
        discussion: """
            Its payload, its attempts with their errors, what its steps returned, and the end of what its processes wrote.

            EXAMPLES:
              deskbridge queue show last
              deskbridge queue show 01936d2e-7c1a-7b5e-9d3f-0a1b2c3d4e5f
              deskbridge queue show last --format json | jq .attempts
            """)

    @Argument(help: ArgumentHelp(EventReference.help, valueName: "id"))
    package var event: EventReference

    @OptionGroup package var format: FormatOptions
    @OptionGroup package var home: HomeOptions

    package init() {}

    package func run(on terminal: Terminal) async throws {
        let found = try await home.withClient { client in try await client.event(try await event.id(from: client)) }
        try terminal.write(found, as: format.format) { EventDetails.text($0, on: terminal, of: home) }
    }
}
