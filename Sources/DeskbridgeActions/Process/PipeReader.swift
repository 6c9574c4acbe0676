// The objects of libdispatch may be used from any thread; its interface does not say so on Linux.
@preconcurrency import Dispatch
import Glibc
import Synchronization

/// Reads a pipe until its other end is closed or nobody wants more.
///
/// It goes on after the process is gone, as long as its owner likes: its children may still write.
final class PipeReader: Sendable {
    private enum State {
        case reading
        case awaited(CheckedContinuation<Void, Never>)
        case ended
    }

    private let descriptor: CInt
    private let source: any DispatchSourceRead
    private let queue: DispatchQueue
    private let take: @Sendable ([UInt8]) -> Void
    private let state = Mutex(State.reading)
    private static let pieceSize = 65_536
    /// How many pieces are taken before other work of the queue gets a turn.
    private static let piecesInTurn = 16

    /// - Parameters:
    ///   - descriptor: the reading end, which this closes when it ends.
    ///   - take: called on `queue` for each piece.
    init(_ descriptor: CInt, on queue: DispatchQueue, take: @escaping @Sendable ([UInt8]) -> Void) {
        self.descriptor = descriptor
        self.queue = queue
        self.take = take
        source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: queue)
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
        source.setEventHandler { self.takeTurn() }
        source.setCancelHandler {
            close(descriptor)
            self.end()
        }
        source.activate()
    }

    /// Reads until the pipe is empty, since libdispatch reports its end once, together with what was in it.
    private func takeTurn() {
        for _ in 0..<Self.piecesInTurn {
            if source.isCancelled { return }
            switch Self.read(descriptor) {
            case .bytes(let bytes): take(bytes)
            case .nothingYet: return
            case .end:
                source.cancel()
                return
            }
        }
        queue.async { self.takeTurn() }
    }

    private enum Reading {
        case bytes([UInt8])
        case nothingYet
        case end
    }

    private static func read(_ descriptor: CInt) -> Reading {
        withUnsafeTemporaryAllocation(byteCount: pieceSize, alignment: 1) { buffer in
            while true {
                let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
                if count > 0 { return .bytes(Array(buffer.prefix(count))) }
                if count == 0 { return .end }
                switch errno {
                case EINTR: continue
                case EAGAIN: return .nothingYet
                default: return .end
                }
            }
        }
    }

    /// Ends the reading, whatever is still to come.
    func stop() { source.cancel() }

    /// Waits until no more pieces are taken. To be called once.
    func waitForEnd() async {
        await withCheckedContinuation { continuation in
            let hasEnded = state.withLock { state in
                if case .ended = state { return true }
                state = .awaited(continuation)
                return false
            }
            if hasEnded { continuation.resume() }
        }
    }

    private func end() {
        let waiting = state.withLock { state -> CheckedContinuation<Void, Never>? in
            defer { state = .ended }
            if case .awaited(let continuation) = state { return continuation }
            return nil
        }
        waiting?.resume()
    }
}
