package import ArgumentParser

package struct QueueCancel: BridgeCommand {
    package static let configuration = CommandConfiguration(
        commandName: "cancel",
        abstract: "Stop events that have not ended.",
        discussion: """
            An event that waits is never started; one that runs has its process ended. Its client gets the failure as confirmation.

            EXAMPLES:
              deskbridge queue cancel last
              deskbridge queue cancel 01936d2e-7c1a-7b5e-9d3f-0a1b2c3d4e5f
            """)

    @Argument(help: ArgumentHelp(EventReference.help, valueName: "id"))
    package var events: [EventReference]

    @OptionGroup package var format: FormatOptions
    @OptionGroup package var home: HomeOptions

    package init() {}

    package func run(on terminal: Terminal) async throws {
        try await home.withClient { client in
            try await EventVerbRun(verb: .cancel, client: client, terminal: terminal, format: format.format).run(on: events)
        }
    }
}
