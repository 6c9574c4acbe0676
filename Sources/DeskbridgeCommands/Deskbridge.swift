package import ArgumentParser

package struct Deskbridge: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "deskbridge",
        abstract: "Turns events of web apps into actions on this computer, and says what became of them.",
        discussion: """
            A daemon on this computer takes events, stores them, runs the actions you wrote for them, and confirms each one. These \
            commands set it up, look into it and talk to it.

            EXAMPLES:
              deskbridge init
              deskbridge send CREATE_RESOURCE --set name=Project_001
              deskbridge queue list
            """,
        version: ProgramVersion.text,
        groupedSubcommands: [
            CommandGroup(name: "Set up", subcommands: [Init.self, Serve.self, Doctor.self, ConfigCommand.self, Token.self, Pair.self]),
            CommandGroup(name: "Use", subcommands: [Send.self, DryRunCommand.self]),
            CommandGroup(
                name: "Look into",
                subcommands: [Console.self, Status.self, Queue.self, Events.self, Actions.self, PolicyCommand.self, AuditCommand.self]),
        ])

    package init() {}

    /// Runs what the process's command line says, and ends the process.
    package static func main() async {
        let arguments = Array(CommandLine.arguments.dropFirst())
        if let mistake = CommandNameMistake.find(in: arguments, of: Self.self) {
            exit(withError: ValidationError(mistake.message))
        }
        await main(arguments)
    }
}
