package import ArgumentParser
internal import DeskbridgeCore
internal import Dispatch

package struct Pair: BridgeCommand {
    package static let configuration = CommandConfiguration(
        abstract: "Give a web page a token of its own, by a code.",
        discussion: """
            Shows a code that is good once, for two minutes. Type it into the page; then look here whether the origin that asks is the page \
            you mean, and confirm. Nothing is given before that. A page may offer a link (deskbridge://pair?…), which only says \
            which page is expected. What the page may send is up to the policies.

            EXAMPLES:
              deskbridge pair
              deskbridge pair --client dashboard --origin https://studio.example
              deskbridge pair 'deskbridge://pair?origin=https%3A%2F%2Fstudio.example'
            """)

    @Argument(help: ArgumentHelp("A link that a page offers.", valueName: "link"))
    package var link: String?

    @Option(help: ArgumentHelp("The only name to pair a page as.", valueName: "name"))
    package var client: String?

    @Option(help: ArgumentHelp("The only web origin to pair.", valueName: "origin"))
    package var origin: String?

    @OptionGroup package var home: HomeOptions

    package init() {}

    package func validate() throws {
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
        try await home.withClient { daemon in
            let pairing = try await daemon.openPairing(origin: wanted?.origin ?? origin, client: wanted?.client ?? client)
            try terminal.error.line("Type this code into the page, within two minutes:")
            try terminal.output.line(pairing.code)
            switch try await daemon.news(of: pairing) {
            case .asked(let origin, let client, let known):
                try await answer(pairing, origin, client, known, daemon, terminal)
            case .guessed(let origin):
                throw CommandFailure(
                    "Too many wrong codes came, the last from \(origin.printable()). If that is not your page, close it; then start again.",
                    .noPermission)
            case .expired: throw CommandFailure("Nobody typed the code within two minutes.", .failed)
            case .withdrawn: throw CommandFailure("The pairing was ended before a page typed the code.", .failed)
            case .replaced: throw CommandFailure("Another pairing was started, which ended this one.", .failed)
            }
        }
    }

    private func answer(
        _ pairing: OpenPairing, _ origin: String, _ client: String, _ known: [String], _ daemon: ControlClient, _ terminal: Terminal
    ) async throws {
        try terminal.error.line("\(origin.printable()) asks to be paired as \"\(client.printable())\".")
        for line in Self.warnings(about: client, known) { try terminal.error.line(line) }
        try terminal.error.text("Is this the page you typed the code into? [y/N] ")
        let confirms = await Self.line().map { ["y", "yes"].contains($0.lowercased()) } ?? false
        try await daemon.decide(pairing, confirms: confirms)
        guard confirms else { throw CommandFailure("Not paired.", .noPermission) }
        try terminal.error.line("Paired. \"deskbridge token list\" shows its token, \"deskbridge token revoke\" ends it.")
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
