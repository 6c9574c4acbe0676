package import ArgumentParser
internal import DeskbridgeCore

package struct TokenCreate: BridgeCommand {
    package static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Make a token for a client and print it, this once.",
        discussion: """
            The token is all that is written to standard output, so that a script can catch it. A browser page may use it only from \
            the origins named here, exactly as browsers spell them; a program that is no browser sends no origin and needs none.

            EXAMPLES:
              deskbridge token create dashboard --origin https://studio.example
              deskbridge token create render-farm --expires 30d --rate 600/10s
              TOKEN=$(deskbridge token create kiosk --single-session)
            """)

    @Argument(help: "The client's name: small letters, digits, and . _ : - after the first, such as dashboard.")
    package var client: String

    @Option(
        name: .customLong("origin"),
        help: ArgumentHelp("A web origin it may be used from. May be given more than once.", valueName: "origin"))
    package var origins: [String] = []

    @Option(
        help: ArgumentHelp("How long it is good, such as 90d or 12h. (default: tokens.expiry of deskbridge.yaml)", valueName: "duration"))
    package var expires: String?

    @Option(
        help: ArgumentHelp("How many messages in how long, such as 600/10s. (default: limits.rate of deskbridge.yaml)", valueName: "rate"))
    package var rate: String?

    @Flag(name: .customLong("single-session"), help: "A new WebSocket of this token replaces the one before.")
    package var isSingleSession = false

    @Option(help: ArgumentHelp("A note for the list of tokens.", valueName: "text"))
    package var label: String?

    @OptionGroup package var format: FormatOptions
    @OptionGroup package var home: HomeOptions

    package init() {}

    package func validate() throws {
        try TokenArguments.check(client: client)
        try TokenArguments.check(origins: origins)
        try TokenArguments.check(expiry: expires)
        guard rate.map({ Units.rate($0) != nil }) ?? true else { throw ValidationError("--rate must be a rate such as 60/10s.") }
    }

    package func run(on terminal: Terminal) async throws {
        let wanted = TokenOrder(
            client: client, origins: origins, expires: expires, rate: rate, isSingleSession: isSingleSession, label: label)
        let token = try await home.withClient { try await $0.createToken(wanted) }
        try terminal.write(token, as: format.format)
    }
}
