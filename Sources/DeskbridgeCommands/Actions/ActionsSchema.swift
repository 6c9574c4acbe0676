package import ArgumentParser

package struct ActionsSchema: BridgeCommand {
    package static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Print the JSON Schema of action files.",
        discussion: """
            Editors complete and check by it: each key with what it means and its default. deskbridge init keeps it in the folder schemas \
            of the home. What it cannot see, such as templates, names and grants, is for deskbridge actions check to find. Needs no home and no daemon.

            EXAMPLES:
              deskbridge actions schema
              deskbridge actions schema > action.json
            """)

    package init() {}

    package func run(on terminal: Terminal) async throws {
        try terminal.output.text(SchemaFile.action.text)
    }
}
