package import ArgumentParser
internal import DeskbridgeCore

package struct PolicyForget: BridgeCommand {
    package static let configuration = CommandConfiguration(
        commandName: "forget",
        abstract: "Forget answers that are remembered: you are asked again.",
        discussion: """
            Events that were let through by them go on.

            EXAMPLES:
              deskbridge policy forget 7
              deskbridge policy forget --client dashboard --origin https://studio.example
            """)

    @Argument(help: ArgumentHelp("The numbers that \"policy answers\" shows.", valueName: "number"))
    package var numbers: [Int64] = []

    @Option(help: "All answers about this client.")
    package var client: String?

    @Option(help: "All answers about this web origin; \"none\" for events from outside web pages.")
    package var origin: String?

    @Flag(help: "All answers.")
    package var all = false

    @OptionGroup package var format: FormatOptions
    @OptionGroup package var home: HomeOptions

    package init() {}

    package func validate() throws {
        guard [!numbers.isEmpty, client != nil || origin != nil, all].count(where: \.self) == 1 else {
            throw ValidationError("Say which: numbers, --client and --origin, or --all.")
        }
    }

    package func run(on terminal: Terminal) async throws {
        try await home.withClient { daemon in
            let known = try await daemon.rememberedAnswers()
            let meant = numbers.isEmpty ? known.filter { isMeant($0.answer) }.map(\.answer.number) : numbers
            var forgotten: [ListedAnswer] = []
            var worst = ExitStatus.done
            for number in meant {
                do {
                    try await daemon.forgetAnswer(number)
                    guard let listed = known.first(where: { $0.answer.number == number }) else { continue }
                    forgotten.append(listed)
                    if format.format == .table { try terminal.output.line(Self.line(listed.answer)) }
                } catch ControlError.problem(let problem) {
                    try terminal.error.line("\(number): \(problem.message)")
                    if worst == .done { worst = problem.status }
                }
            }
            if format.format == .json {
                let json: JSONValue = ["forgotten": .array(forgotten.map(\.json))]
                try terminal.output.line(json.prettyText)
            } else if meant.isEmpty {
                try terminal.error.line("No such answer is remembered.")
            }
            if worst != .done { throw worst.exitCode }
        }
    }

    private func isMeant(_ answer: RememberedAnswer) -> Bool {
        if let client, answer.scope.client != client { return false }
        if let origin { return answer.scope.origin == (origin == "none" ? nil : origin) }
        return true
    }

    private static func line(_ answer: RememberedAnswer) -> String {
        "\(answer.name) forgotten: \(answer.isApproved ? "approved" : "denied") \(answer.scope.words)"
    }
}
