package import ArgumentParser

package struct ConfigSchema: BridgeCommand {
    package static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Print the JSON Schema of deskbridge.yaml.",
        discussion: """
            Editors complete and check by it: each key with what it means and its default. deskbridge init keeps it in the folder schemas \
            of the home. What it cannot see, such as durations beyond their range, is for deskbridge config check to find. Needs no home and no daemon.

            EXAMPLES:
              deskbridge config schema
              deskbridge config schema > config.json
            """)

    package init() {}

    package func run(on terminal: Terminal) async throws {
        try terminal.output.text(SchemaFile.config.text)
    }
}
