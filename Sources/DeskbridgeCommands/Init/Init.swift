package import ArgumentParser
internal import DeskbridgeCore

package struct Init: BridgeCommand {
    package static let configuration = CommandConfiguration(
        abstract: "Make the folders and files to begin with, and a first token.",
        discussion: """
            Writes deskbridge.yaml, a working action and a policy that allows it; nothing that is there is overwritten, so it may be \
            run again. The token is for the client "dashboard" and is printed once.

            The folder schemas is for editors, which complete and check these files by it. Its files are not yours to change: they are \
            written anew if they come from another version.

            EXAMPLES:
              deskbridge init
              deskbridge init --home ~/bridge --port 7421
              deskbridge init --origin https://studio.example
              deskbridge init --schemas
            """)

    @Option(help: ArgumentHelp("The port the daemon is to listen on.", valueName: "port"))
    package var port: Int = ListenConfiguration().port

    @Option(
        name: .customLong("origin"),
        help: ArgumentHelp("A web origin the first token may be used from. May be given more than once.", valueName: "origin"))
    package var origins: [String] = []

    @Flag(help: "Write only the folder schemas, as after an update.")
    package var schemas = false

    @OptionGroup package var home: HomeOptions

    package init() {}

    package func validate() throws {
        guard !schemas || origins.isEmpty else { throw ValidationError("--schemas makes no token: leave --origin out.") }
        guard (1...65_535).contains(port) else { throw ValidationError("--port must be from 1 to 65535.") }
        try TokenArguments.check(origins: origins)
    }

    package func run(on terminal: Terminal) async throws {
        let located = try home.located()
        let initializer = HomeInitializer(home: located)
        for entry in try schemas ? initializer.schemas() : initializer.run(port: port) {
            switch entry {
            case .made(let path): try terminal.output.line("made  \(path)")
            case .kept(let path): try terminal.output.line("kept  \(path)")
            case .renewed(let path): try terminal.output.line("renewed  \(path)")
            }
        }
        if schemas { return }
        let wanted = TokenOrder(
            client: "dashboard", origins: ["http://127.0.0.1:\(port)", "http://localhost:\(port)"] + origins)
        let first = FirstToken(wanted: wanted, home: located, clock: terminal.clock)
        if let token = try await home.withClient({ try await first.mint(through: $0) }) {
            try terminal.write(token, as: .table)
            try terminal.error.line("Next: deskbridge doctor, then: deskbridge serve (with the same --home)")
        } else {
            try terminal.error.line("The client dashboard has a token already. Others: deskbridge token create")
        }
    }
}
