import DeskbridgeCore
import Synchronization

/// The outgoing side of a stream of server-sent events.
final class EventStreamSink: LiveSink {
    private struct State {
        var unsent: [[UInt8]] = []
        var unsentBytes = 0
        var isFinished = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let unsentLimit: Int
    private let state = Mutex(State())
    private let arrivals: AsyncStream<Void>
    private let arrival: AsyncStream<Void>.Continuation
    private let endings: AsyncStream<Void>
    private let ending: AsyncStream<Void>.Continuation

    /// - Parameter unsentLimit: a peer with more bytes than this unsent is cut off; it resumes with `Last-Event-ID`. While no more than a
    ///   quarter of them wait, one message of any length is taken.
    init(unsentLimit: Int) {
        self.unsentLimit = unsentLimit
        (arrivals, arrival) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        (endings, ending) = AsyncStream.makeStream()
    }

    func send(_ message: LiveMessage) { add(ServerSentEvent(name: message.name, id: message.seq, data: message.body).bytes) }

    /// Keeps the connection alive through whatever stands between, and finds out that a peer is gone.
    func beat() { add(Array(": \n\n".utf8)) }

    func finish() {
        state.withLock { $0.isFinished = true }
        arrival.finish()
        ending.finish()
        releaseWaiters()
    }

    /// Returns when the stream has been finished or has too much unsent, or the task is cancelled. For one caller.
    func finished() async { for await _ in endings {} }

    func drained() async {
        await withCheckedContinuation { continuation in
            let isDone = state.withLock { state in
                if state.isFinished || state.unsentBytes <= little { return true }
                state.waiters.append(continuation)
                return false
            }
            if isDone { continuation.resume() }
        }
    }

    /// Passes what is sent to `body`, in order, until ``finish()`` or the first error.
    func write(_ body: ([UInt8]) async throws -> Void) async throws {
        defer { finish() }
        for await _ in arrivals { try await writeUnsent(body) }
        try await writeUnsent(body)
    }

    private func writeUnsent(_ body: ([UInt8]) async throws -> Void) async throws {
        let chunk = state.withLock { state in
            defer {
                state.unsent = []
                state.unsentBytes = 0
            }
            return Array(state.unsent.joined())
        }
        if !chunk.isEmpty { try await body(chunk) }
        releaseWaiters()
    }

    private func add(_ bytes: [UInt8]) {
        let isOverfull = state.withLock { state in
            guard !state.isFinished else { return false }
            let isLong = state.unsentBytes + bytes.count > unsentLimit && state.unsentBytes > little
            state.unsent.append(bytes)
            state.unsentBytes += bytes.count
            return isLong
        }
        if isOverfull { finish() } else { arrival.yield() }
    }

    private var little: Int { unsentLimit / 4 }

    private func releaseWaiters() {
        let waiters = state.withLock { state in
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }
}

/// One event of a stream, as bytes.
struct ServerSentEvent {
    let name: String
    let id: Int64?
    let data: JSONValue

    var bytes: [UInt8] {
        var bytes = Array("event: \(name)\n".utf8)
        if let id { bytes += Array("id: \(id)\n".utf8) }
        // Compact JSON has no line ends, so one data line is enough.
        bytes += Array("data: ".utf8)
        bytes += data.bytes
        bytes += [0x0A, 0x0A]
        return bytes
    }
}
