import Dispatch
import Synchronization

/// A few threads for calls that block, so that none of them holds up the concurrency pool. Work waits its turn in order.
final class FolderLanes: Sendable {
    private struct State {
        var idle: [DispatchQueue]
        var waiting: [@Sendable () -> Void] = []
    }

    private let state: Mutex<State>

    init(count: Int = 4) {
        // Serial queues of their own are always given a thread, unlike the shared ones.
        state = Mutex(State(idle: (0..<count).map { DispatchQueue(label: "deskbridge.folders.\($0)") }))
    }

    /// Runs `work` on one of the threads.
    func run<Result: Sendable>(_ work: @escaping @Sendable () -> Result) async -> Result {
        await withCheckedContinuation { continuation in
            let lane = state.withLock { state in
                state.waiting.append { continuation.resume(returning: work()) }
                return state.idle.popLast()
            }
            if let lane { lane.async { self.drain(lane) } }
        }
    }

    private func drain(_ lane: DispatchQueue) {
        while let work = next(for: lane) { work() }
    }

    private func next(for lane: DispatchQueue) -> (@Sendable () -> Void)? {
        state.withLock { state in
            guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
            state.idle.append(lane)
            return nil
        }
    }
}
