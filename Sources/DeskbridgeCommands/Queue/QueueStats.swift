package import ArgumentParser
internal import DeskbridgeCore

package struct QueueStats: BridgeCommand {
    package static let configuration = CommandConfiguration(
        commandName: "stats",
        abstract: "Count the events in each state.",
        discussion: """
            EXAMPLES:
              deskbridge queue stats
              deskbridge queue stats --format json | jq .queue.queued
            """)

    @OptionGroup package var format: FormatOptions
    @OptionGroup package var home: HomeOptions

    package init() {}

    package func run(on terminal: Terminal) async throws {
        let status = try await home.withClient { try await $0.status() }
        switch format.format {
        case .json: try terminal.output.line(Self.json(status).prettyText)
        case .table: try terminal.output.text(Self.table(status, on: terminal, of: home))
        }
    }

    static func json(_ status: BridgeStatus) -> JSONValue {
        var object: JSONObject = [:]
        for member in ["queue", "finals", "oldestQueuedAt"] { object[member] = status.json[member] }
        return .object(object)
    }

    static func table(_ status: BridgeStatus, on terminal: Terminal, of home: HomeOptions) -> String {
        var table = TablePrinter([.init("STATE"), .init("EVENTS", .right), .init("NOTE", isFlexible: true)])
        for state in DeliveryState.allCases {
            let count = status.count(state)
            table.add([state.rawValue, String(count), note(state, count, status, now: terminal.clock.now(), home)])
        }
        return table.text(for: terminal.output)
    }

    private static func note(_ state: DeliveryState, _ count: Int64, _ status: BridgeStatus, now: Timestamp, _ home: HomeOptions) -> String
    {
        guard count > 0 else { return "" }
        return switch state {
        case .queued: status.oldestQueuedAt.map { "the oldest since \(RelativeTime.text($0, now: now))" } ?? ""
        case .waiting: "for you, or for a bus name: \(home.command("queue list --state waiting"))"
        case .failed: "see: \(home.command("queue list --state failed"))"
        case .unknown: "yours to decide: \(home.command("queue list --state unknown"))"
        default: ""
        }
    }
}
