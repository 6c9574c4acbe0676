package import ArgumentParser

package struct PolicyCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "policy",
        abstract: "Check the policies, and explain what they decide.",
        discussion: """
            Policies are the YAML files in the folder policies: who may cause what, and what actions may touch. These commands read the \
            files and need no daemon.

            EXAMPLES:
              deskbridge policy check --strict
              deskbridge policy explain CREATE_RESOURCE
            """,
        subcommands: [PolicyCheck.self, PolicyExplainCommand.self, PolicySchema.self])

    package init() {}
}
