package import ArgumentParser
internal import DeskbridgeCore

package struct Init: BridgeCommand {
    package static let configuration = CommandConfiguration(
        abstract: "Make the folders and files to begin with, and a first token.",
        discussion: """
            Writes deskbridge.yaml, a working action and a policy that allows it; nothing that is there is overwritten, so it may be \
            run again. The token is for the client "dashboard" and is printed once. Programs on this machine may use it, and pages of the \
            origins that --origin names; a page of another origin gets its own by "deskbridge token create" or "deskbridge pair".

            The folder schemas is for editors, which complete and check these files by it. Its files are not yours to change: they are \
            written anew if they come from another version.

            Ends with 1 if --port or --origin could not be applied, because what they are about was there before.

            EXAMPLES:
              deskbridge init
              deskbridge init --home ~/bridge --port 7421
              deskbridge init --origin https://studio.example
              deskbridge init --schemas
            """)

    @Option(help: ArgumentHelp("The port the daemon is to listen on. (default: \(ListenConfiguration().port))", valueName: "port"))
    package var port: Int?

    @Option(
        name: .customLong("origin"),
        help: ArgumentHelp(
            "A web origin the first token may be used from. May be given more than once. (default: the bridge's own, for no page of yours)",
            valueName: "origin"))
    package var origins: [String] = []

    @Flag(help: "Write only the folder schemas, as after an update.")
    package var schemas = false

    @OptionGroup package var home: HomeOptions

    package init() {}

    package func validate() throws {
        guard !schemas || origins.isEmpty else { throw ValidationError("--schemas makes no token: leave --origin out.") }
        guard port.map((1...65_535).contains) ?? true else { throw ValidationError("--port must be from 1 to 65535.") }
        try TokenArguments.check(origins: origins)
    }

    package func run(on terminal: Terminal) async throws {
        let located = try home.located()
        if !schemas { do { _ = try located.controlSocket() } catch { throw CommandFailure("\(error)", .configuration) } }
        let initializer = HomeInitializer(home: located)
        let standard = ListenConfiguration().port
        let entries = try schemas ? initializer.schemas() : initializer.run(port: port ?? standard)
        for entry in entries {
            switch entry {
            case .made(let path): try terminal.output.line("made  \(path)")
            case .kept(let path): try terminal.output.line("kept  \(path)")
            case .renewed(let path): try terminal.output.line("renewed  \(path)")
            }
        }
        if schemas { return }
        // What is wrong with the configuration is said when the token is made.
        let written = (try? HomeFiles.configuration(of: located))?.listen.port
        let configured = written ?? port ?? standard
        let wanted = TokenOrder(
            client: "dashboard", origins: ["http://127.0.0.1:\(configured)", "http://localhost:\(configured)"] + origins)
        let first = FirstToken(wanted: wanted, home: located, clock: terminal.clock)
        var ignored: [String] = []
        if let port, let written, port != written {
            ignored.append(
                """
                --port \(port) was not applied: \(located.configurationFile) was there before and says \(written). \
                Change listen.port there, and restart the daemon.
                """)
        }
        switch try await home.withClient({ try await first.mint(through: $0) }) {
        case .made(let token):
            try terminal.write(token, as: .table)
            if origins.isEmpty {
                let command = home.command("token create dashboard --origin https://your.page")
                try terminal.error.line("It is for programs on this machine. For a page: \(command)")
            }
            try terminal.error.line("Next: \(home.command("doctor"))\nThen: \(home.command("serve"))")
        case .kept(let known):
            let missing = origins.filter { !known.contains($0) }
            if missing.isEmpty {
                try terminal.error.line(
                    """
                    The client dashboard has a token already. A new one in its place, or for another client: \
                    \(home.command("token create CLIENT"))
                    """)
            } else {
                let options = missing.map { " --origin \($0)" }.joined()
                ignored.append(
                    """
                    \(options.dropFirst()) was not applied: the client dashboard has a token already, which pages of it may not use. \
                    Make one for them: \(home.command("token create dashboard\(options)"))
                    """)
            }
        }
        for line in ignored { try terminal.error.line(line) }
        if !ignored.isEmpty { throw ExitStatus.failed.exitCode }
    }
}
