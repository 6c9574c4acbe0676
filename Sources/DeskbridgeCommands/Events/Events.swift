package import ArgumentParser

package struct Events: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        abstract: "See what came in and what became of it, and send something again.",
        discussion: """
            EXAMPLES:
              deskbridge events list --client dashboard
              deskbridge events tail --output
              deskbridge events replay last
            """,
        subcommands: [EventsList.self, EventsTail.self, EventsReplay.self])

    package init() {}
}
