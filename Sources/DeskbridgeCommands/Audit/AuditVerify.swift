package import ArgumentParser
internal import DeskbridgeCore

package struct AuditVerify: BridgeCommand {
    package static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check that no record of the audit was changed, moved, put in or taken out.",
        discussion: """
            Checks each record against its hash and the record before it. The last line names where the chain ends now; whoever keeps it \
            elsewhere can check later, with --mark, that nothing up to there was cut off or made anew. The daemon writes such marks into \
            its log when it starts.

            Ends with 0 if the chain is whole, and 1 if it is not.

            EXAMPLES:
              deskbridge audit verify
              deskbridge audit verify --file audit.jsonl
            """)

    @Option(help: ArgumentHelp("Check what `audit export` wrote, in place of the ledger; - is standard input.", valueName: "file"))
    package var file: String?

    @Option(
        help: ArgumentHelp("A place in the chain that was noted earlier, as NUMBER:HASH. May be given more than once.", valueName: "mark"))
    package var mark: [AuditMarkArgument] = []

    @OptionGroup package var format: FormatOptions
    @OptionGroup package var home: HomeOptions

    package init() {}

    package func run(on terminal: Terminal) async throws {
        let chain: AuditChain
        if let file { chain = try chainOfFile(file) } else { chain = try await chainOfLedger() }
        switch format.format {
        case .json:
            try terminal.output.line(
                JSONValue.object([
                    "whole": .bool(chain.flaws.isEmpty), "records": .integer(Int64(chain.count)),
                    "mark": chain.head.map { .string($0.description) } ?? .null,
                    "flaws": .array(chain.flaws.map { .string($0.description) }), "moreFlaws": .integer(Int64(chain.moreFlaws)),
                ]).prettyText)
        case .table:
            for flaw in chain.flaws { try terminal.output.line(flaw.description) }
            if chain.moreFlaws > 0 { try terminal.output.line("and \(chain.moreFlaws) more") }
            let verdict = chain.flaws.isEmpty ? "The chain is whole." : "The chain is broken."
            try terminal.output.line("\(Count.text(chain.count, "record")) read. \(verdict)")
            if let head = chain.head { try terminal.output.line("It ends at \(head).") }
        }
        if !chain.flaws.isEmpty { throw ExitStatus.failed.exitCode }
    }

    private func chainOfLedger() async throws -> AuditChain {
        var chain: AuditChain?
        var lastSeq: Int64 = 0
        var line = 0
        try await AuditSource.read(home) { page in
            if chain == nil { lastSeq = page.lastSeq }
            var next = chain ?? AuditChain(anchor: page.anchor, marks: mark.map(\.mark))
            for text in page.lines {
                line += 1
                Self.read(text, line, into: &next)
            }
            chain = next
        }
        var whole = chain ?? AuditChain(anchor: nil, marks: mark.map(\.mark))
        whole.finish(lastSeq: lastSeq)
        return whole
    }

    /// What was exported may be a part, so it may begin anywhere.
    private func chainOfFile(_ path: String) throws -> AuditChain {
        var chain = AuditChain(anchor: nil, isPart: true, marks: mark.map(\.mark))
        try LineSource.read(path) { number, line in
            if !line.isEmpty { Self.read(line, number, into: &chain) }
        }
        guard chain.count > 0 || !chain.flaws.isEmpty else {
            throw CommandFailure("\(path == "-" ? "Standard input" : path) holds no record, so nothing was verified.", .dataError)
        }
        chain.finish()
        return chain
    }

    private static func read(_ text: String, _ line: Int, into chain: inout AuditChain) {
        if let record = AuditRecord(line: text) { chain.read(record) } else { chain.noteUnreadable(line: line) }
    }
}

/// A place in the chain on the command line.
package struct AuditMarkArgument: Sendable, Equatable, ExpressibleByArgument {
    package let text: String
    let mark: AuditMark

    package init?(argument: String) {
        guard let mark = AuditMark(argument) else { return nil }
        text = argument
        self.mark = mark
    }
}
