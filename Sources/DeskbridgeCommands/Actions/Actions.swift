package import ArgumentParser

package struct Actions: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        abstract: "Look at and check the actions.",
        discussion: """
            Actions are the YAML files in the folder actions: each serves one event type. These commands read the files and need no daemon.

            EXAMPLES:
              deskbridge actions list
              deskbridge actions check
            """,
        subcommands: [ActionsList.self, ActionsShow.self, ActionsCheck.self, ActionsSchema.self])

    package init() {}
}
