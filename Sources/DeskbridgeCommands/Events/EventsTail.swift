package import ArgumentParser
internal import DeskbridgeCore

package struct EventsTail: BridgeCommand {
    package static let configuration = CommandConfiguration(
        commandName: "tail",
        abstract: "Show what happens as it happens, until you press Control-C.",
        discussion: """
            Changes of state and confirmations; with --output what processes write, with --status the depth of the \
            queue. With --format json each message is one line, as the event stream of the HTTP API carries it.

            EXAMPLES:
              deskbridge events tail
              deskbridge events tail --since 0 --format json | jq 'select(.seq)'
              deskbridge events tail --output --count 20
            """)

    @Flag(help: "Also show what processes write.")
    package var output = false

    @Flag(help: "Also show the depth of the queue whenever it changes.")
    package var status = false

    @Option(help: ArgumentHelp("First show every stored confirmation after this number; 0 for all of them.", valueName: "seq"))
    package var since: Int64?

    @Option(help: ArgumentHelp("End after this many messages.", valueName: "messages"))
    package var count: Int?

    @OptionGroup package var format: FormatOptions
    @OptionGroup package var home: HomeOptions

    package init() {}

    package func validate() throws {
        guard since.map({ $0 >= 0 }) ?? true else { throw ValidationError("--since must not be negative.") }
        guard count.map({ $0 > 0 }) ?? true else { throw ValidationError("--count must be at least 1.") }
    }

    package func run(on terminal: Terminal) async throws {
        let channels = ["events"] + (output ? ["output:*"] : []) + (status ? ["status"] : [])
        try await home.withClient { client in
            var left = count ?? .max
            for try await message in try await client.stream(channels: channels, since: since) where message.kind != .authenticated {
                switch format.format {
                case .json: try terminal.output.line(message.json.text)
                case .table:
                    for line in StreamLines.text(message, on: terminal) { try terminal.output.line(line) }
                }
                left -= 1
                if left == 0 { return }
            }
            throw CommandFailure("The daemon closed the stream: it is stopping.", .unavailable)
        }
    }
}
