package import ArgumentParser

package struct PolicyCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "policy",
        abstract: "Check the policies, explain what they decide, and forget answers that are remembered.",
        discussion: """
            Policies are the YAML files in the folder policies: who may cause what, and what actions may touch. "check" and "explain" \
            read the files and need no daemon. "answers" and "forget" are about what you were asked once and for all, which the daemon knows.

            EXAMPLES:
              deskbridge policy check --strict
              deskbridge policy explain CREATE_RESOURCE
              deskbridge policy answers
            """,
        subcommands: [PolicyCheck.self, PolicyExplainCommand.self, PolicyAnswers.self, PolicyForget.self, PolicySchema.self])

    package init() {}
}
