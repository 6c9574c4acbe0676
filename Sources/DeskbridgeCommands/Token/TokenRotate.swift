package import ArgumentParser

package struct TokenRotate: BridgeCommand {
    package static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "Replace a token by a new one; the old one stays good for a while.",
        discussion: """
            The new token has the client, origins and limits of the old one. Put it in its place while both are good.

            EXAMPLES:
              deskbridge token rotate 0a1b2c3d4e5f
              deskbridge token rotate 0a1b2c3d4e5f --overlap 1d
            """)

    @Argument(help: "The token's id, as \"deskbridge token list\" shows it.")
    package var id: String

    @Option(help: ArgumentHelp("How long the old token stays good.", valueName: "duration"))
    package var overlap: String = "10m"

    @Option(help: ArgumentHelp("How long the new one is good. (default: tokens.expiry of deskbridge.yaml)", valueName: "duration"))
    package var expires: String?

    @OptionGroup package var format: FormatOptions
    @OptionGroup package var home: HomeOptions

    package init() {}

    package func validate() throws {
        guard !id.isEmpty else { throw ValidationError("The token's id must not be empty.") }
        if overlap != "0s" { try TokenArguments.check(duration: overlap, of: "--overlap") }
        try TokenArguments.check(expiry: expires)
    }

    package func run(on terminal: Terminal) async throws {
        let token = try await home.withClient { try await $0.rotateToken(id, overlap: overlap, expires: expires) }
        try terminal.write(token, as: format.format)
    }
}
