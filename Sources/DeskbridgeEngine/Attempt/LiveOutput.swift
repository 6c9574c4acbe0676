import DequeModule
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
        /// How many lines were written. Both hold the last ones without a gap, so this tells the number of each.
        var written = 0

        mutating func keep(_ text: String, of source: OutputSource) {
            let line = RecentLines.Line(source: source, text: text)
            written += 1
            pending.append(line)
            tail.append(line)
        }
    }

    private let event: AcceptedEvent
    private let attempt: Int
    private let feed: Feed
    private let state = Mutex(State())
    private let arrivals: AsyncStream<Void>
    private let arrival: AsyncStream<Void>.Continuation

    init(event: AcceptedEvent, attempt: Int, feed: Feed) {
        self.event = event
        self.attempt = attempt
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
    var tail: [OutputTailLine] { snapshot.lines }

    /// What was written so far. Of the lines in it some may not have been sent yet: their numbers tell.
    var snapshot: OutputSnapshot {
        state.withLock { state in
            OutputSnapshot(
                attempt: attempt, from: state.written - state.tail.lines.count,
                lines: state.tail.lines.map { OutputTailLine(step: $0.source.step, stream: $0.source.stream.rawValue, text: $0.text) })
        }
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
        var (from, lines, unreported) = state.withLock { state -> (Int, Deque<RecentLines.Line>, [OutputSource: Int]) in
            let from = state.written - state.pending.lines.count
            let (lines, dropped) = state.pending.takeAll()
            return (from, lines, dropped)
        }
        // A source of which nothing is left would otherwise not tell what it dropped.
        for source in unreported.keys where !lines.contains(where: { $0.source == source }) {
            publish([], from, of: source, &unreported)
        }
        while let source = lines.first?.source {
            let run = lines.prefix { $0.source == source }.map(\.text)
            lines.removeFirst(run.count)
            publish(run, from, of: source, &unreported)
            from += run.count
        }
    }

    private func publish(_ lines: [String], _ from: Int, of source: OutputSource, _ unreported: inout [OutputSource: Int]) {
        feed.publish(
            .output(
                OutputBatch(
                    event: event.id, client: event.client, attempt: attempt, step: source.step, stream: source.stream.rawValue,
                    from: from, lines: lines, dropped: unreported.removeValue(forKey: source) ?? 0)))
    }
}
