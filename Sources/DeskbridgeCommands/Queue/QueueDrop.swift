package import ArgumentParser

package struct QueueDrop: BridgeCommand {
    package static let configuration = CommandConfiguration(
        commandName: "drop",
        abstract: "Put dead letters away for good.",
        discussion: """
            For events that failed and that nobody is going to retry. They are no longer listed as dead letters; their key stays used.

            EXAMPLES:
              deskbridge queue drop last
              deskbridge queue drop 01936d2e-7c1a-7b5e-9d3f-0a1b2c3d4e5f
            """)

    @Argument(help: ArgumentHelp(EventReference.help, valueName: "id"))
    package var events: [EventReference]

    @OptionGroup package var format: FormatOptions
    @OptionGroup package var home: HomeOptions

    package init() {}

    package func run(on terminal: Terminal) async throws {
        try await home.withClient { client in
            try await EventVerbRun(verb: .drop, client: client, terminal: terminal, format: format.format).run(on: events)
        }
    }
}
