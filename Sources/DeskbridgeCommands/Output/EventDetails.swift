internal import DeskbridgeCore

/// All that is known of one event, for a person.
package struct EventDetails {
    private let event: RemoteEvent
    private let terminal: Terminal
    private let now: Timestamp
    private let home: HomeOptions

    /// - Parameter home: which home the event is in, for commands to paste.
    package static func text(_ event: RemoteEvent, on terminal: Terminal, of home: HomeOptions) -> String {
        let details = EventDetails(event: event, terminal: terminal, now: terminal.clock.now(), home: home)
        return [details.summary, details.plan, details.payload, details.result, details.steps, details.attempts, details.output]
            .filter { !$0.isEmpty }.joined(separator: "\n")
    }

    private var summary: String {
        var list = FieldList()
        list.add("Event", event.id)
        list.add("Type", event.type)
        list.add("State", event.state.rawValue)
        let inAll = event.attempt == event.attemptsUsed ? "" : ", \(event.attempt) in all"
        list.add("Attempts", (event.maximumAttempts.map { "\(event.attemptsUsed) of \($0)" } ?? "\(event.attemptsUsed)") + inAll)
        list.add("Client", event.json["origin"]?.stringValue.map { "\(event.client), from \($0)" } ?? event.client)
        list.add("Key", event.idempotencyKey)
        list.add("Action", event.json["action"]?.stringValue)
        list.add("Rule", event.json["rule"]?.stringValue)
        list.add("Accepted", moment("acceptedAt"))
        list.add("Approval", approval)
        if !event.state.isFinal {
            list.add("Waits for", event.waitsFor?.description)
            list.add("Waits until", moment("waitsUntil"))
            if event.waitsFor == .approval {
                list.add("Answer with", ["approve", "deny"].map { home.command("queue \($0) \(event.id)") }.joined(separator: "\n"))
                list.add("Remembered", memory)
            }
            list.add("Due", moment("dueAt"))
            list.add("Expires", moment("expiresAt"))
        }
        list.add("Ended", moment("finalAt"))
        list.add("Error", event.errorCode.map { code in code + (event.errorMessage.map { ": \($0)" } ?? "") })
        list.add("Confirmed", confirmation)
        return list.text(for: terminal.output)
    }

    private var confirmation: String? {
        guard let confirmation = event.confirmation else { return nil }
        let type = confirmation["type"]?.stringValue ?? "?"
        return confirmation["seq"]?.integerValue.map { "\(type), number \($0)" } ?? type
    }

    /// The latest answer of the person at the desk.
    private var approval: String? {
        guard let approval = event.json["approval"], let answer = approval["answer"]?.stringValue else { return nil }
        let place = approval["place"]?.stringValue.map { ", by \($0)" } ?? ""
        let moment = approval["answeredAt"]?.stringValue.map { ", \($0)" } ?? ""
        let reason = approval["reason"]?.stringValue.map { ": \($0)" } ?? ""
        let number = approval["remembered"]?.integerValue.map { " (answer \($0), which is remembered)" } ?? ""
        return answer.replacing("_", with: " ") + place + moment + number + reason
    }

    /// What the answer will count for beside this event.
    private var memory: String? {
        guard let terms = event.json["approval"]?["remembers"] else { return nil }
        let origin = terms["origin"]?.stringValue.map { "from \($0)" } ?? "from outside a web page"
        let time = terms["for"]?.stringValue.map { $0 == "always" ? "until it is forgotten" : "for \($0)" } ?? ""
        return "the answer counts for all events of this rule by \(event.client) \(origin), \(time)\nfor this one alone: --once"
    }

    /// What an event would do that waits for an approval.
    private var plan: String {
        guard let steps = event.json["plan"]?["steps"]?.arrayValue else { return "" }
        let lines = steps.map { step -> String in
            let known =
                step["summary"]?.stringValue ?? step["knownAfter"]?.stringValue.map { "planned once the step \"\($0)\" has run" } ?? "?"
            return "  \((step["id"]?.stringValue ?? "").printable())  \(known.printable())\n"
        }
        return heading("Would do") + lines.joined()
    }

    private var payload: String { section("Payload", event.json["payload"]) }

    private var result: String { section("Result", event.json["result"]) }

    private func section(_ title: String, _ value: JSONValue?) -> String {
        guard let value, value != .null else { return "" }
        return heading(title) + indented(value.prettyText)
    }

    private var steps: String {
        guard let steps = event.json["steps"]?.arrayValue, !steps.isEmpty else { return "" }
        var table = TablePrinter([.init("STEP"), .init("TRY", .right), .init("RESULT", isFlexible: true)])
        for step in steps {
            table.add([
                step["id"]?.stringValue ?? "", step["attempt"]?.integerValue.map { String($0) } ?? "",
                step["result"]?.text ?? "",
            ])
        }
        return table.text(for: terminal.output)
    }

    private var attempts: String {
        guard let attempts = event.json["attempts"]?.arrayValue, !attempts.isEmpty else { return "" }
        var table = TablePrinter([
            .init("TRY", .right), .init("STARTED"), .init("TOOK", .right), .init("OUTCOME"), .init("ERROR", isFlexible: true),
        ])
        for attempt in attempts {
            let started = attempt["startedAt"]?.stringValue.flatMap { Timestamp($0) }
            let ended = attempt["endedAt"]?.stringValue.flatMap { Timestamp($0) }
            let error = attempt["error"]
            table.add([
                attempt["number"]?.integerValue.map { String($0) } ?? "",
                attempt["startedAt"]?.stringValue ?? "",
                started.flatMap { started in ended.map { Self.span($0 - started) } } ?? "",
                attempt["outcome"]?.stringValue ?? (ended == nil ? "running" : ""),
                [error?["code"]?.stringValue, error?["message"]?.stringValue].compactMap(\.self).joined(separator: ": "),
            ])
        }
        return table.text(for: terminal.output)
    }

    private static func span(_ duration: Duration) -> String {
        let milliseconds = duration.wholeMilliseconds
        return milliseconds < 10_000 ? "\(milliseconds)ms" : RelativeTime.longSpan(seconds: milliseconds / 1000)
    }

    private var output: String {
        guard let last = event.json["attempts"]?.arrayValue?.last, let pieces = last["output"]?.arrayValue else { return "" }
        let lines = pieces.flatMap { piece in
            OutputLines.text(stream: piece["stream"]?.stringValue ?? "", piece["text"]?.stringValue ?? "")
        }
        guard !lines.isEmpty else { return "" }
        let missing = last["outputFrom"]?.integerValue.map { Int($0) } ?? 0
        let note = missing > 0 ? "  (\(Count.text(missing, "earlier line")) not kept)\n" : ""
        return heading("Output of the last attempt") + note + lines.map { "  \($0)\n" }.joined()
    }

    private func heading(_ title: String) -> String { terminal.output.painted(title, .bold) + "\n" }

    private func indented(_ text: String) -> String {
        text.split(separator: "\n").map { "  \(String($0).printable())\n" }.joined()
    }

    /// A moment as it was written and how far away it is.
    private func moment(_ member: String) -> String? {
        event.json[member]?.stringValue.map { text in
            Timestamp(text).map { "\(text) (\(RelativeTime.text($0, now: now)))" } ?? text
        }
    }
}
