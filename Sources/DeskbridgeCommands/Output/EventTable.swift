internal import DeskbridgeCore

/// Events in rows.
package enum EventTable {
    package static func text(_ events: [RemoteEvent], on terminal: Terminal) -> String {
        var table = TablePrinter([
            .init("ID"), .init("STATE"), .init("TYPE", isFlexible: true), .init("CLIENT", isFlexible: true),
            .init("ACCEPTED", .right), .init("TRY", .right), .init("NOTE", isFlexible: true),
        ])
        let now = terminal.clock.now()
        for event in events {
            table.add([
                event.id, event.state.rawValue, event.type, event.client,
                event.acceptedAt.map { RelativeTime.text($0, now: now) } ?? "",
                attempts(event), note(event, now: now),
            ])
        }
        return table.text(for: terminal.output)
    }

    private static func attempts(_ event: RemoteEvent) -> String {
        event.attempt == 0 ? "" : event.maximumAttempts.map { "\(event.attemptsUsed)/\($0)" } ?? "\(event.attemptsUsed)"
    }

    private static func note(_ event: RemoteEvent, now: Timestamp) -> String {
        var notes: [String] = []
        if event.state == .retrying, let dueAt = event.dueAt { notes.append("next \(RelativeTime.text(dueAt, now: now))") }
        if let reason = event.waitsFor {
            let until = event.waitsUntil.map { ", which ends \(RelativeTime.text($0, now: now))" } ?? ""
            notes.append("waits for \(reason)\(until)")
        }
        if let code = event.errorCode { notes.append(code + (event.errorMessage.map { ": \($0)" } ?? "")) }
        return notes.joined(separator: "; ")
    }
}
