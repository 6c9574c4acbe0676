package import ArgumentParser
internal import DeskbridgeCore

package struct PolicyAnswers: BridgeCommand {
    package static let configuration = CommandConfiguration(
        commandName: "answers",
        abstract: "List your answers that are remembered.",
        discussion: """
            A rule that says "ask" and "remember" asks about the first event of a client from a page; your answer decides the later ones. \
            It counts until its time ends, until you forget it, and as long as the rule says what it said.

            EXAMPLES:
              deskbridge policy answers
              deskbridge policy answers --format json | jq '.answers[].origin'
            """)

    @OptionGroup package var format: FormatOptions
    @OptionGroup package var home: HomeOptions

    package init() {}

    package func run(on terminal: Terminal) async throws {
        let answers = try await home.withClient { try await $0.rememberedAnswers() }
        switch format.format {
        case .json:
            let json: JSONValue = ["answers": .array(answers.map(\.json))]
            try terminal.output.line(json.prettyText)
        case .table where answers.isEmpty: try terminal.error.line("No answer is remembered.")
        case .table: try terminal.output.text(Self.table(answers, on: terminal))
        }
    }

    static func table(_ answers: [ListedAnswer], on terminal: Terminal) -> String {
        var table = TablePrinter([
            .init("NO", .right), .init("ANSWER"), .init("CLIENT"), .init("ORIGIN"), .init("ASKED ABOUT"), .init("GIVEN", .right),
            .init("EXPIRES", .right), .init("STANDING"), .init("RULE", isFlexible: true),
        ])
        let now = terminal.clock.now()
        for listed in answers {
            let answer = listed.answer
            table.add([
                String(answer.number), answer.isApproved ? "approved" : "denied", answer.scope.client, answer.scope.origin ?? "none",
                answer.type.text, RelativeTime.text(answer.answeredAt, now: now),
                answer.expiresAt.map { RelativeTime.text($0, now: now) } ?? "never", listed.standing.replacing("_", with: " "),
                listed.rule ?? answer.askedBy,
            ])
        }
        return table.text(for: terminal.output)
    }
}
