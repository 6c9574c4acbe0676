package import ArgumentParser
internal import DeskbridgeCore
internal import Dispatch

package struct Pair: BridgeCommand {
    package static let configuration = CommandConfiguration(
        abstract: "Give a web page a token of its own, or sign the console in, by a code.",
        discussion: """
            Shows a code that is good once, for two minutes. Type it into the page; then look here whether the origin that asks is the page \
            you mean, and confirm. Nothing is given before that. A page may offer a link (deskbridge://pair?…), which only says \
            which page is expected. What the page may send is up to the policies.

            With --console the code is for the console and for nothing else: confirmed, it gives that browser full control for 12 hours, as \
            "deskbridge console" does. Use it where no browser can be opened from the terminal.

            EXAMPLES:
              deskbridge pair
              deskbridge pair --console
              deskbridge pair --client dashboard --origin https://studio.example
              deskbridge pair 'deskbridge://pair?origin=https%3A%2F%2Fstudio.example'
            """)

    @Argument(help: ArgumentHelp("A link that a page offers.", valueName: "link"))
    package var link: String?

    @Option(help: ArgumentHelp("The only name to pair a page as.", valueName: "name"))
    package var client: String?

    @Option(help: ArgumentHelp("The only web origin to pair.", valueName: "origin"))
    package var origin: String?

    @Flag(help: "Sign the console in, with full control, in place of another page.")
    package var console = false

    @OptionGroup package var home: HomeOptions

    package init() {}

    package func validate() throws {
        if console, link != nil || client != nil || origin != nil {
            throw ValidationError("The console has an origin and a name of its own: --console goes with no link, --client or --origin.")
        }
        if let client { try TokenArguments.check(client: client) }
        if let origin { try TokenArguments.check(origins: [origin]) }
        guard let link else { return }
        guard origin == nil, client == nil else { throw ValidationError("A link says the origin and the client itself.") }
        do { if let client = try PairLink(link).client { try TokenArguments.check(client: client) } } catch let flaw as Flaw {
            throw ValidationError("\(flaw.message).")
        }
    }

    package func run(on terminal: Terminal) async throws {
        let wanted = try link.map { try PairLink($0) }
        let wantedOrigin = wanted?.origin ?? origin
        let wantedClient = wanted.map(\.client) ?? client
        try await home.withClient { daemon in
            let pairing =
                console ? try await daemon.openConsolePairing() : try await daemon.openPairing(origin: wantedOrigin, client: wantedClient)
            try terminal.error.line(
                pairing.console.map { "Open \($0.printable()) in the browser and type this code there, within two minutes:" }
                    ?? "Type this code into the page, within two minutes:")
            try terminal.output.line(pairing.code)
            while true {
                switch try await daemon.news(of: pairing) {
                case .wrongCode(let origin, let count, let most):
                    try terminal.error.line("A wrong code came from \(origin.printable()) (\(count) of \(most)).")
                case .strayed(let origin, let client):
                    try terminal.error.line(Self.strayed(origin, client, from: wantedOrigin, wantedClient))
                case .moreMistakes: try terminal.error.line("More wrong codes and names come; they are not shown.")
                case .asked(let origin, _, _, _) where console: return try await answer(pairing, consoleAt: origin, daemon, terminal)
                case .asked(let origin, let client, let known, let mayCause):
                    let hints = Self.warnings(about: client, known) + (mayCause ? [] : [PolicyAdvice.unnamed(client, origins: [origin])])
                    return try await answer(pairing, origin, client, hints, daemon, terminal)
                case .guessed(let origin):
                    throw CommandFailure(
                        """
                        Too many wrong codes came, the last from \(origin.printable()). If that is not your page, close it; then start again.
                        """, .noPermission)
                case .expired: throw CommandFailure("Nobody typed the code within two minutes.", .failed)
                case .withdrawn: throw CommandFailure("The pairing was ended before a page typed the code.", .failed)
                case .replaced: throw CommandFailure("Another pairing was started, which ended this one.", .failed)
                }
            }
        }
    }

    /// A page that has the code and is not the one that was meant.
    static func strayed(_ origin: String, _ client: String, from wantedOrigin: String?, _ wantedClient: String?) -> String {
        if let wantedOrigin, wantedOrigin != origin {
            return "A page of \(origin.printable()) showed the code, but only one of \(wantedOrigin) may be paired."
        }
        return "A page of \(origin.printable()) showed the code but asks as \"\(client.printable())\", not \"\(wantedClient ?? "")\"."
    }

    private func answer(
        _ pairing: OpenPairing, _ origin: String, _ client: String, _ hints: [String], _ daemon: ControlClient, _ terminal: Terminal
    ) async throws {
        try terminal.error.line("\(origin.printable()) asks to be paired as \"\(client.printable())\".")
        for line in hints { try terminal.error.line(line) }
        try terminal.error.text("Is this the page you typed the code into? [y/N] ")
        let confirms = await Self.line().map { ["y", "yes"].contains($0.lowercased()) } ?? false
        try await daemon.decide(pairing, confirms: confirms)
        guard confirms else { throw CommandFailure("Not paired.", .noPermission) }
        try terminal.error.line(
            "Paired. Its token is listed by: \(home.command("token list"))\nEnd it with: \(home.command("token revoke \(client.printable())"))"
        )
    }

    /// The answer to a console is a whole word, so that no `y` out of habit gives everything away.
    private func answer(_ pairing: OpenPairing, consoleAt origin: String, _ daemon: ControlClient, _ terminal: Terminal) async throws {
        try terminal.error.line("The console at \(origin.printable()) asks to be signed in.")
        try terminal.error.line(
            """
            This gives it FULL CONTROL for 12 hours: it sees every event, sends any, decides in your name, and makes and revokes tokens.
            Look at the address in the browser: it must begin with \(origin.printable())/ and be the page you typed the code into.
            """)
        try terminal.error.text("Give it full control? Type \"yes\": ")
        let confirms = await Self.line().map { $0.lowercased() == "yes" } ?? false
        try await daemon.decide(pairing, confirms: confirms)
        guard confirms else { throw CommandFailure("Not signed in.", .noPermission) }
        try terminal.error.line("Signed in. \"deskbridge token revoke console\" ends the session.")
    }

    /// What the page would take over with the name.
    static func warnings(about client: String, _ known: [String]) -> [String] {
        let name = "\"\(client.printable())\""
        var lines: [String] = []
        if known.contains("token") || known.contains("events") {
            let what = known.contains("events") ? "events are kept under the name \(name)" : "a token was made for a client \(name) before"
            lines.append("Caution: \(what). The page would see that client's events and confirmations, and act in its name.")
        }
        if known.contains("policies") { lines.append("Policies name \(name): the page gets what they give it.") }
        return lines
    }

    /// One line of standard input; nil at its end. Reading blocks, so not on a thread that others need.
    private static func line() async -> String? {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: readLine()) }
        }
    }
}
