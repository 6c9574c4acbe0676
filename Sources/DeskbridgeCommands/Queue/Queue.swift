package import ArgumentParser

package struct Queue: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        abstract: "See what waits to run, and decide what to do about what did not.",
        discussion: """
            An event stays in the queue until it has a final state. One that failed for good is kept as a dead letter; one whose \
            outcome nobody can know, because the machine stopped while a step ran, is "unknown" until you resolve it. One that a \
            policy wants you to be asked about is "waiting" until you approve or deny it.

            EXAMPLES:
              deskbridge queue list
              deskbridge queue list --state failed --state unknown
              deskbridge queue retry last
            """,
        subcommands: [
            QueueList.self, QueueShow.self, QueueRetry.self, QueueCancel.self, QueueDrop.self, QueueResolve.self,
            QueueApprove.self, QueueDeny.self, QueueStats.self,
        ])

    package init() {}
}
