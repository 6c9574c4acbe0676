import DeskbridgeActions
import DeskbridgeCore
import Synchronization

/// Takes what the steps of one attempt write, sends it out in batches, and keeps its end for the ledger.
///
/// Bounded: of what comes faster than it can be sent the oldest lines are dropped, and the batch says how many.
final class LiveOutput: Sendable {
    private static let batchInterval = Duration.milliseconds(100)
    private static let mostPendingBytes = 256 << 10
    private static let mostTailBytes = 16 << 10

    private struct Source: Hashable {
        let step: String
        let stream: StepRun.OutputStream
    }

    private struct Line {
        let source: Source
        let text: String
    }

    private struct State {
        var lines: [Source: OutputLines] = [:]
        var pending: [Line] = []
        var pendingBytes = 0
        var dropped: [Source: Int] = [:]
        var tail: [Line] = []
        var tailBytes = 0
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
        let source = Source(step: step, stream: stream)
        let hasLines = state.withLock { state in
            let lines = state.lines[source, default: OutputLines()].add(bytes)
            for line in lines { Self.keep(Line(source: source, text: line), in: &state) }
            return !lines.isEmpty
        }
        if hasLines { arrival.yield() }
    }

    /// Sends batches until ``finish()``.
    func stream() async {
        for await _ in arrivals {
            flush()
            // Cut short by the end of the attempt, which flushes the rest itself.
            try? await Task.sleep(for: Self.batchInterval)
        }
    }

    /// Sends what is left, and ends the stream.
    func finish() {
        state.withLock { state in
            for source in state.lines.keys {
                if let line = state.lines[source]?.finish() { Self.keep(Line(source: source, text: line), in: &state) }
            }
        }
        arrival.finish()
        flush()
    }

    /// The end of the output, oldest line first.
    var tail: [OutputTailLine] {
        state.withLock { $0.tail.map { OutputTailLine(stream: $0.source.stream.rawValue, text: $0.text) } }
    }

    private static func keep(_ line: Line, in state: inout State) {
        let size = line.text.utf8.count + 1
        state.pending.append(line)
        state.pendingBytes += size
        var surplus = 0
        while state.pendingBytes > mostPendingBytes, surplus < state.pending.count - 1 {
            let dropped = state.pending[surplus]
            state.pendingBytes -= dropped.text.utf8.count + 1
            state.dropped[dropped.source, default: 0] += 1
            surplus += 1
        }
        state.pending.removeFirst(surplus)

        state.tail.append(line)
        state.tailBytes += size
        var old = 0
        while state.tailBytes > mostTailBytes, old < state.tail.count - 1 {
            state.tailBytes -= state.tail[old].text.utf8.count + 1
            old += 1
        }
        state.tail.removeFirst(old)
    }

    private func flush() {
        let (pending, dropped) = state.withLock { state in
            defer {
                state.pending = []
                state.pendingBytes = 0
                state.dropped = [:]
            }
            return (state.pending, state.dropped)
        }
        var unreported = dropped
        for run in pending.chunkedBySource(\.source) {
            guard let source = run.first?.source else { continue }
            feed.publish(
                .output(
                    OutputBatch(
                        event: event.id, client: event.client, step: source.step, stream: source.stream.rawValue,
                        lines: run.map(\.text), dropped: unreported.removeValue(forKey: source) ?? 0)))
        }
    }
}

extension Array {
    /// The elements in runs of equal keys, in order.
    fileprivate func chunkedBySource<Key: Equatable>(_ key: (Element) -> Key) -> [ArraySlice<Element>] {
        var runs: [ArraySlice<Element>] = []
        var start = startIndex
        for index in indices where index > start && key(self[index]) != key(self[start]) {
            runs.append(self[start..<index])
            start = index
        }
        if start < endIndex { runs.append(self[start...]) }
        return runs
    }
}
