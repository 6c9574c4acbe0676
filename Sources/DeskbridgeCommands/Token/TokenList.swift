package import ArgumentParser
internal import DeskbridgeCore

package struct TokenList: BridgeCommand {
    package static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the tokens, without their secrets.",
        discussion: """
            EXAMPLES:
              deskbridge token list
              deskbridge token list --format json | jq '.tokens[].client'
            """)

    @OptionGroup package var format: FormatOptions
    @OptionGroup package var home: HomeOptions

    package init() {}

    package func run(on terminal: Terminal) async throws {
        let tokens = try await home.withClient { try await $0.tokens() }
        switch format.format {
        case .json:
            let json: JSONValue = ["tokens": .array(tokens.map(\.json))]
            try terminal.output.line(json.prettyText)
        case .table where tokens.isEmpty:
            try terminal.error.line(
                "There is no token yet. Make one, such as: \(home.command("token create dashboard --origin https://studio.example"))")
        case .table:
            try terminal.output.text(Self.table(tokens, on: terminal))
        }
    }

    static func table(_ tokens: [ListedToken], on terminal: Terminal) -> String {
        var table = TablePrinter([
            .init("ID"), .init("CLIENT"), .init("STANDING"), .init("EXPIRES", .right), .init("USED", .right),
            .init("ORIGINS", isFlexible: true), .init("NOTE", isFlexible: true),
        ])
        let now = terminal.clock.now()
        for token in tokens {
            var notes = [token.label, token.rate].compactMap(\.self)
            if token.isDesk { notes.append("desk session") }
            if token.isSingleSession { notes.append("single session") }
            table.add([
                token.id, token.client, token.standing(at: now).rawValue,
                token.expiresAt.map { RelativeTime.text($0, now: now) } ?? "never",
                token.lastUsedAt.map { RelativeTime.text($0, now: now) } ?? "never",
                token.origins.isEmpty ? "none" : token.origins.joined(separator: " "), notes.joined(separator: ", "),
            ])
        }
        return table.text(for: terminal.output)
    }
}
