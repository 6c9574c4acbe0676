package import ArgumentParser

package struct AuditExport: BridgeCommand {
    package static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write the audit as lines of JSON.",
        discussion: """
            Each line is a record with its hash: the SHA-256 of the line without the last member. `deskbridge audit verify --file` checks \
            such lines wherever they are kept.

            EXAMPLES:
              deskbridge audit export > audit.jsonl
              deskbridge audit export --since 30d | jq 'select(.outcome == "denied")'
            """)

    @OptionGroup package var selection: AuditSelection
    @OptionGroup package var home: HomeOptions

    package init() {}

    package func run(on terminal: Terminal) async throws {
        try await selection.read(home, now: terminal.clock.now()) { record, _ in try terminal.output.line(record.line) }
    }
}
