package import ArgumentParser

package struct ConfigCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Check the configuration, deskbridge.yaml.",
        discussion: """
            These commands read the file and need no daemon.

            EXAMPLES:
              deskbridge config check
              deskbridge config schema
            """,
        subcommands: [ConfigCheck.self, ConfigSchema.self])

    package init() {}
}
