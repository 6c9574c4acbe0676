package import ArgumentParser

package struct PolicySchema: BridgeCommand {
    package static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Print the JSON Schema of policy files.",
        discussion: """
            Editors complete and check by it: each key with what it means and its default. deskbridge init keeps it in the folder schemas \
            of the home. What it cannot see, such as rules that never match, is for deskbridge policy check to find. Needs no home and no daemon.

            EXAMPLES:
              deskbridge policy schema
              deskbridge policy schema > policy.json
            """)

    package init() {}

    package func run(on terminal: Terminal) async throws {
        try terminal.output.text(SchemaFile.policy.text)
    }
}
