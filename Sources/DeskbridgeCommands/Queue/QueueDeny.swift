package import ArgumentParser

package struct QueueDeny: BridgeCommand {
    package static let configuration = CommandConfiguration(
        commandName: "deny",
        abstract: "Say no to events that a policy wants you to be asked about.",
        discussion: """
            The event fails with the code "denied_at_desk", and its client gets that as confirmation, with your reason if you give one. \
            If the rule has answers remembered, yours denies later events of the same client and page too; see "policy answers".

            EXAMPLES:
              deskbridge queue deny last
              deskbridge queue deny last --reason "Not before the backup is done"
            """)

    @Argument(help: ArgumentHelp(EventReference.help, valueName: "id"))
    package var events: [EventReference]

    @Option(help: ArgumentHelp("Why; the client is told.", valueName: "text"))
    package var reason: String?

    @Flag(help: "Only this time, even if the rule has your answer remembered.")
    package var once = false

    @OptionGroup package var format: FormatOptions
    @OptionGroup package var home: HomeOptions

    package init() {}

    package func run(on terminal: Terminal) async throws {
        try await home.withClient { client in
            try await EventVerbRun(verb: .deny, reason: reason, once: once, client: client, terminal: terminal, format: format.format)
                .run(on: events)
        }
    }
}
