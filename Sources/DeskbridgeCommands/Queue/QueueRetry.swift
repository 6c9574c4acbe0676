package import ArgumentParser

package struct QueueRetry: BridgeCommand {
    package static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract: "Run events again that failed, expired, were cancelled, or whose outcome is unknown.",
        discussion: """
            The event goes on at the step that failed: steps that had finished are not run again. To run all of it again as a new \
            event, use "deskbridge events replay".

            EXAMPLES:
              deskbridge queue retry last
              deskbridge queue retry 01936d2e-7c1a-7b5e-9d3f-0a1b2c3d4e5f
              deskbridge queue list --state failed --format json > failed.json
              jq -r '.events[].id' failed.json | xargs deskbridge queue retry
            """)

    @Argument(help: ArgumentHelp(EventReference.help, valueName: "id"))
    package var events: [EventReference]

    @OptionGroup package var format: FormatOptions
    @OptionGroup package var home: HomeOptions

    package init() {}

    package func run(on terminal: Terminal) async throws {
        try await home.withClient { client in
            try await EventVerbRun(verb: .retry, client: client, terminal: terminal, format: format.format).run(on: events)
        }
    }
}
