package import ArgumentParser

package struct QueueApprove: BridgeCommand {
    package static let configuration = CommandConfiguration(
        commandName: "approve",
        abstract: "Let events run that a policy wants you to be asked about.",
        discussion: """
            The event waits for your answer as long as its rule says; without one it fails. What it would do is shown by "queue show". \
            It is checked once more before it runs: policies and grants may have changed while it waited. \
            If the rule has answers remembered, yours decides later events of the same client and page too, and those that wait; see \
            "policy answers".

            EXAMPLES:
              deskbridge queue list --state waiting
              deskbridge queue show last
              deskbridge queue approve last
            """)

    @Argument(help: ArgumentHelp(EventReference.help, valueName: "id"))
    package var events: [EventReference]

    @Option(help: ArgumentHelp("Why; kept with the event.", valueName: "text"))
    package var reason: String?

    @Flag(help: "Only this time, even if the rule has your answer remembered.")
    package var once = false

    @OptionGroup package var format: FormatOptions
    @OptionGroup package var home: HomeOptions

    package init() {}

    package func run(on terminal: Terminal) async throws {
        try await home.withClient { client in
            try await EventVerbRun(verb: .approve, reason: reason, once: once, client: client, terminal: terminal, format: format.format)
                .run(on: events)
        }
    }
}
