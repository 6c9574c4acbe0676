internal import DeskbridgeCore

extension Terminal {
    /// Writes one page of events; where there is more, it says how to see it.
    func write(_ page: RemoteEventPage, as format: OutputFormat, ifEmpty remark: String) throws(ReaderIsGone) {
        switch format {
        case .json:
            let json: JSONValue = ["events": .array(page.events.map(\.json)), "next": page.next.map(JSONValue.string) ?? .null]
            try output.line(json.prettyText)
        case .table where page.events.isEmpty:
            try error.line(remark)
        case .table:
            try output.text(EventTable.text(page.events, on: self))
            if let next = page.next { try error.line("There are more: add --after \(next)") }
        }
    }

    func write(_ event: RemoteEvent, as format: OutputFormat, _ table: (RemoteEvent) -> String) throws(ReaderIsGone) {
        switch format {
        case .json: try output.line(event.json.prettyText)
        case .table: try output.text(table(event))
        }
    }
}
