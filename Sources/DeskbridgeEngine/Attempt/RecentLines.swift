import DequeModule
import DeskbridgeActions

/// Where a line of output came from.
struct OutputSource: Sendable, Hashable {
    let step: String
    let stream: StepRun.OutputStream
}

/// The newest lines of output, up to a number of bytes: the oldest ones make room.
struct RecentLines: Sendable {
    struct Line: Sendable, Hashable {
        let source: OutputSource
        let text: String

        /// What it takes in memory or in the ledger, so that very many empty lines cannot fill them either.
        fileprivate var size: Int { text.utf8.count + 32 }
    }

    private let mostBytes: Int
    private var bytes = 0
    private(set) var lines: Deque<Line> = []
    /// How many lines of each source made room.
    private(set) var dropped: [OutputSource: Int] = [:]

    init(mostBytes: Int) { self.mostBytes = mostBytes }

    mutating func append(_ line: Line) {
        lines.append(line)
        bytes += line.size
        while bytes > mostBytes, lines.count > 1 {
            let oldest = lines.removeFirst()
            bytes -= oldest.size
            dropped[oldest.source, default: 0] += 1
        }
    }

    /// Takes all lines out, and begins anew.
    mutating func takeAll() -> (lines: Deque<Line>, dropped: [OutputSource: Int]) {
        defer { self = RecentLines(mostBytes: mostBytes) }
        return (lines, dropped)
    }
}
