import DeskbridgeActions
import DeskbridgeCore
import Synchronization

/// Takes what the steps of one attempt write, sends it out in batches, and keeps its end for the ledger.
///
/// Bounded: of what comes faster than it can be sent the oldest lines are dropped, and the batch says how many.
final class LiveOutput: Sendable {
    private static let batchInterval = Duration.milliseconds(100)
    static let mostPendingBytes = 256 << 10
    static let mostTailBytes = 16 << 10

    private struct State {
        var partial: [OutputSource: OutputLines] = [:]
        var pending = RecentLines(mostBytes: mostPendingBytes)
        var tail = RecentLines(mostBytes: mostTailBytes)

        mutating func keep(_ text: String, of source: OutputSource) {
            let line = RecentLines.Line(source: source, text: text)
            pending.append(line)
            tail.append(line)
        }
    }

    private let event: AcceptedEvent
    private let feed: Feed
    private let state = Mutex(State())
    private let arrivals: AsyncStream<Void>
    private let arrival: AsyncStream<Void>.Continuation

    init(event: AcceptedEvent, feed: Feed) {
        self.event = event
        self.feed = feed
        (arrivals, arrival) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Takes bytes from a running step. Never waits.
    func take(_ stream: StepRun.OutputStream, _ bytes: [UInt8], of step: String) {
        let source = OutputSource(step: step, stream: stream)
        let hasLines = state.withLock { state in
            let lines = state.partial[source, default: OutputLines()].add(bytes)
            for line in lines { state.keep(line, of: source) }
            return !lines.isEmpty
        }
        if hasLines { arrival.yield() }
    }

    /// Sends batches while `work` goes on, and what is left when it has ended.
    func streaming<Value: Sendable>(_ work: () async -> Value) async -> Value {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.stream() }
            let value = await work()
            arrival.finish()
            // Ends the pause between two batches. The last batch must come after all others.
            group.cancelAll()
            await group.waitForAll()
            endLines()
            flush()
            return value
        }
    }

    /// The end of the output, oldest line first.
    var tail: [OutputTailLine] {
        state.withLock { $0.tail.lines.map { OutputTailLine(stream: $0.source.stream.rawValue, text: $0.text) } }
    }

    private func stream() async {
        for await _ in arrivals {
            flush()
            try? await Task.sleep(for: Self.batchInterval)
        }
    }

    private func endLines() {
        state.withLock { state in
            for source in state.partial.keys.sorted(by: { ($0.step, $0.stream.rawValue) < ($1.step, $1.stream.rawValue) }) {
                if let line = state.partial[source]?.finish() { state.keep(line, of: source) }
            }
        }
    }

    private func flush() {
        var (lines, unreported) = state.withLock { $0.pending.takeAll() }
        // A source of which nothing is left would otherwise not tell what it dropped.
        for source in unreported.keys where !lines.contains(where: { $0.source == source }) { publish([], of: source, &unreported) }
        while let source = lines.first?.source {
            let run = lines.prefix { $0.source == source }.map(\.text)
            lines.removeFirst(run.count)
            publish(run, of: source, &unreported)
        }
    }

    private func publish(_ lines: [String], of source: OutputSource, _ unreported: inout [OutputSource: Int]) {
        feed.publish(
            .output(
                OutputBatch(
                    event: event.id, client: event.client, step: source.step, stream: source.stream.rawValue, lines: lines,
                    dropped: unreported.removeValue(forKey: source) ?? 0)))
    }
}
