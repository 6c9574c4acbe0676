internal import DeskbridgeCore

/// Messages of the event stream as lines for a person.
package enum StreamLines {
    /// The lines of an `output` message, and what was left out.
    package static func output(_ message: StreamMessage) -> [String] {
        let stream = message.json["stream"]?.stringValue ?? ""
        var lines = (message.json["lines"]?.arrayValue ?? []).compactMap(\.stringValue)
            .map { OutputLines.line(stream: stream, $0) }
        if let dropped = message.json["dropped"]?.integerValue, dropped > 0 {
            lines.insert("    | (\(dropped) lines left out: they came faster than they could be sent)", at: 0)
        }
        return lines
    }

    /// Any message: when, what, which event, and what there is to say about it.
    package static func text(_ message: StreamMessage, on terminal: Terminal) -> [String] {
        let json = message.json
        let moment = json["timestamp"]?.stringValue.flatMap { Timestamp($0) } ?? terminal.clock.now()
        let id = message.eventID ?? ""
        func line(_ what: String, _ paint: Paint?, _ text: String) -> String {
            let what = what.printable()
            let painted = paint.map { terminal.output.painted(what, $0) } ?? what
            return [terminal.localTime(moment), painted, id.printable(), text.printable()].filter { !$0.isEmpty }.joined(separator: "  ")
        }
        switch message.kind {
        case .confirmation(let seq):
            let type = json["type"]?.stringValue ?? "?"
            let failure = json["error"]?["message"]?.stringValue
            let number = seq.map { "#\($0) " } ?? ""
            return [line(type, failure == nil ? .green : .red, number + (failure ?? json["payload"]?.text ?? ""))]
        case .state:
            let states = [json["before"]?.stringValue, json["after"]?.stringValue].compactMap(\.self).joined(separator: " -> ")
            return [line(json["eventType"]?.stringValue ?? "state", nil, states)]
        case .output:
            return output(message).map { line("output", .dim, $0) }
        case .status:
            let counts = (json["queue"]?.objectValue ?? [:]).map { "\($0.key) \($0.value.text)" }
            return [line("status", .dim, counts.joined(separator: ", "))]
        case .authenticated: return []
        case .other(let name):
            return [line(name, .dim, json.text)]
        }
    }
}
