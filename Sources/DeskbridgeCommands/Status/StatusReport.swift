internal import DeskbridgeCore

/// The daemon's status for a person.
package enum StatusReport {
    package static func text(_ status: BridgeStatus, on terminal: Terminal, of home: HomeOptions) -> String {
        var list = FieldList()
        list.add("Deskbridge", title(status))
        list.add("Home", status.home)
        list.add("Listening", status.listen.joined(separator: ", "))
        list.add("D-Bus", status.bus.flatMap(bus))
        list.add("Queue", queue(status, now: terminal.clock.now()))
        list.add("Ended", counts(status, DeliveryState.allCases.filter(\.isFinal)))
        list.add("Connections", connections(status))
        list.add("Actions", definitions(status.actions, "action"))
        list.add("Policies", definitions(status.policies, "rule"))
        return list.text(for: terminal.output) + advice(status, on: terminal, home)
    }

    private static func title(_ status: BridgeStatus) -> String {
        var title = "\(status.version), running"
        if let uptime = status.uptime { title += " for \(RelativeTime.longSpan(seconds: uptime))" }
        if let pid = status.pid { title += " (pid \(pid))" }
        return title
    }

    private static func bus(_ bus: BridgeStatus.Bus) -> String? {
        switch bus.state {
        case "owned": "\(bus.name) on \(bus.bus)"
        case "away": "\(bus.bus) cannot be reached; \(bus.name) is taken when it is there"
        case "taken": "\(bus.name) on \(bus.bus) belongs to \(bus.detail ?? "somebody else"); it is taken when it is free"
        case "refused": "\(bus.bus) does not give out \(bus.name): \(bus.detail ?? "no reason")"
        case "off": nil
        default: "connecting to \(bus.bus)"
        }
    }

    private static func queue(_ status: BridgeStatus, now: Timestamp) -> String {
        let text = counts(status, DeliveryState.allCases.filter { !$0.isFinal })
        guard status.count(.queued) > 0, let oldest = status.oldestQueuedAt else { return text }
        return "\(text); the oldest since \(RelativeTime.text(oldest, now: now))"
    }

    private static func counts(_ status: BridgeStatus, _ states: [DeliveryState]) -> String {
        states.map { "\(status.count($0)) \($0.rawValue)" }.joined(separator: ", ")
    }

    private static func connections(_ status: BridgeStatus) -> String {
        guard !status.clients.isEmpty else { return "\(status.connections)" }
        return "\(status.connections) (" + status.clients.map { "\($0.client) \($0.connections)" }.joined(separator: ", ") + ")"
    }

    private static func definitions(_ definitions: BridgeStatus.Definitions, _ what: String) -> String {
        let count = Count.text(definitions.count, what)
        guard !definitions.errors.isEmpty else { return count }
        return "\(count), \(Count.text(definitions.errors.count, "mistake")); what was in force before stays\n"
            + definitions.errors.joined(separator: "\n")
    }

    /// What asks for a person.
    private static func advice(_ status: BridgeStatus, on terminal: Terminal, _ home: HomeOptions) -> String {
        var lines: [String] = []
        if let unstored = status.unstored {
            let outcomes = unstored.outcomes == 1 ? "1 outcome waits" : "\(unstored.outcomes) outcomes wait"
            let since = unstored.since.map { " since \(RelativeTime.text($0, now: terminal.clock.now()))" } ?? ""
            lines.append("\(outcomes) to be stored\(since): \(unstored.reason)".printable())
        }
        let waiting = status.count(.waiting)
        if waiting > 0 {
            let events = waiting == 1 ? "1 event waits" : "\(waiting) events wait"
            lines.append("\(events), for your answer or for a name on the bus: \(home.command("queue list --state waiting"))")
        }
        let unknown = status.count(.unknown)
        if unknown > 0 {
            let events = unknown == 1 ? "1 event waits" : "\(unknown) events wait"
            lines.append("\(events) for your decision: \(home.command("queue list --state unknown"))")
        }
        return lines.map { terminal.output.painted($0, .yellow) + "\n" }.joined()
    }
}
