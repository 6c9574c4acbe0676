internal import DeskbridgeCore

/// What became of an event, in the few lines `send` ends with.
package enum EventOutcome {
    package static func text(_ event: RemoteEvent, on terminal: Terminal) -> String {
        guard let confirmation = event.confirmation else {
            var list = FieldList()
            list.add("Event", event.id)
            list.add("State", event.state.rawValue)
            list.add("Error", error(event.json["error"]))
            return list.text(for: terminal.output)
        }
        let type = (confirmation["type"]?.stringValue ?? "?").printable()
        var list = FieldList()
        for (name, value) in confirmation["payload"]?.objectValue ?? [:] {
            list.add("  \(name.printable())", value.stringValue ?? value.text)
        }
        list.add("  error", error(confirmation["error"]))
        let paint: Paint = event.state == .succeeded ? .green : .red
        return terminal.output.painted(type, paint) + "\n" + list.text(for: terminal.output)
    }

    private static func error(_ error: JSONValue?) -> String? {
        guard let code = error?["code"]?.stringValue else { return nil }
        return code + (error?["message"]?.stringValue.map { ": \($0)" } ?? "")
    }
}
