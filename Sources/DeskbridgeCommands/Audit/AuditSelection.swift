package import ArgumentParser
internal import DeskbridgeCore

/// Which records are wanted.
package struct AuditSelection: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Only records from then on: 2h, 30d, 2026-11-21T09:00:00Z, or the time where you are, 2026-11-21T10:00.", valueName: "time"))
    package var since: String?

    package init() {}

    package func validate() throws {
        if let since, Units.duration(since) == nil, MomentArgument(argument: since) == nil {
            throw ValidationError("--since must be a time such as 2026-11-21T09:00:00Z, or how long ago, such as 2h or 30d.")
        }
    }

    /// Hands over each record that is wanted.
    func read(_ home: HomeOptions, now: Timestamp, _ take: (AuditRecord, JSONValue) throws -> Void) async throws {
        let start = since.flatMap { text in
            Units.duration(text).map { now + (.zero - $0) } ?? MomentArgument(argument: text)?.moment
        }
        try await AuditSource.read(home) { page in
            for line in page.lines {
                guard let record = AuditRecord(line: line), let json = try? JSONParser.parse(record.text) else { continue }
                if let start, let at = json["at"]?.stringValue.flatMap({ Timestamp($0) }), at < start { continue }
                try take(record, json)
            }
        }
    }
}
