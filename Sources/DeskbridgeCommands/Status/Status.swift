package import ArgumentParser

package struct Status: BridgeCommand {
    package static let configuration = CommandConfiguration(
        abstract: "Show how the daemon is: queue, connections, actions, policies.",
        discussion: """
            Ends with 0 if the daemon answers, 69 if there is none.

            EXAMPLES:
              deskbridge status
              deskbridge status --format json | jq .queue
              deskbridge status --home ~/bridge || echo "not running"
            """)

    @OptionGroup package var format: FormatOptions
    @OptionGroup package var home: HomeOptions

    package init() {}

    package func run(on terminal: Terminal) async throws {
        let status = try await home.withClient { try await $0.status() }
        switch format.format {
        case .json: try terminal.output.line(status.json.prettyText)
        case .table: try terminal.output.text(StatusReport.text(status, on: terminal, of: home))
        }
    }
}
