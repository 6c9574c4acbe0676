package import ArgumentParser
internal import DeskbridgeCore

package struct TokenRevoke: BridgeCommand {
    package static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "End a token, or all tokens of a client, now.",
        discussion: """
            Connections made with them are closed at once. Events that were accepted still run.

            EXAMPLES:
              deskbridge token revoke 0a1b2c3d4e5f
              deskbridge token revoke dashboard
            """)

    @Argument(help: ArgumentHelp("A token's id, or a client's name for all of its tokens.", valueName: "id-or-client"))
    package var target: String

    @OptionGroup package var format: FormatOptions
    @OptionGroup package var home: HomeOptions

    package init() {}

    package func validate() throws {
        guard !target.isEmpty else { throw ValidationError("Name a token or a client.") }
    }

    package func run(on terminal: Terminal) async throws {
        let count = try await home.withClient { try await $0.revokeTokens(target) }
        switch format.format {
        case .json:
            let json: JSONValue = ["revoked": .integer(count)]
            try terminal.output.line(json.prettyText)
        case .table: try terminal.output.line(Count.text(count, "token") + " revoked")
        }
        if count == 0 { throw CommandFailure("\"\(target)\" has no token that was good. See: \(home.command("token list"))", .failed) }
    }
}
