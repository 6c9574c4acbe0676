package import ArgumentParser
internal import DeskbridgeCore

package struct AuditList: BridgeCommand {
    package static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the records of the audit, the oldest first.",
        discussion: """
            EXAMPLES:
              deskbridge audit list --since 2h
              deskbridge audit list --format json | jq -c 'select(.verb == "create_token")'
            """)

    @OptionGroup package var selection: AuditSelection
    @OptionGroup package var format: FormatOptions
    @OptionGroup package var home: HomeOptions

    package init() {}

    package func run(on terminal: Terminal) async throws {
        var table = TablePrinter([
            .init("NO", .right), .init("AT"), .init("WHO"), .init("FROM"), .init("VERB"), .init("OUTCOME"),
            .init("ABOUT", isFlexible: true),
            .init("RULE", isFlexible: true),
        ])
        try await selection.read(home, now: terminal.clock.now()) { record, json in
            if format.format == .json { return try terminal.output.line(record.line) }
            func text(_ name: String) -> String? { json[name]?.stringValue }
            table.add([
                String(record.seq), text("at") ?? "", text("client") ?? text("identity") ?? "", text("origin") ?? text("entrance") ?? "",
                text("verb") ?? "", [text("outcome"), text("detail").map(Self.shortened)].compactMap(\.self).joined(separator: " "),
                [text("type"), text("subject"), text("owner")].compactMap(\.self).joined(separator: " "), text("rule") ?? "",
            ])
        }
        if format.format == .table { try terminal.output.text(table.text(for: terminal.output)) }
    }

    /// Hashes by their first digits, as people compare them; in JSON they are whole.
    private static func shortened(_ detail: String) -> String {
        detail.split(separator: " ", omittingEmptySubsequences: false).map { word in
            AuditRecord.bytes(hexadecimal: Array(word.utf8)) == nil ? String(word) : word.prefix(12) + "…"
        }.joined(separator: " ")
    }
}
