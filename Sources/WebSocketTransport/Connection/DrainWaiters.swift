/// The producers that wait until no more than their mark is unsent.
struct DrainWaiters {
    private struct Waiter {
        let mark: Int
        let continuation: CheckedContinuation<Void, Never>
    }

    private var waiters: [UInt64: Waiter] = [:]
    private var lastID: UInt64 = 0

    mutating func makeID() -> UInt64 {
        lastID += 1
        return lastID
    }

    mutating func add(_ id: UInt64, mark: Int, _ continuation: CheckedContinuation<Void, Never>) {
        waiters[id] = Waiter(mark: mark, continuation: continuation)
    }

    /// Removes and returns those whose mark is reached, for the caller to resume outside its lock.
    mutating func takeReached(unsentBytes: Int) -> [CheckedContinuation<Void, Never>] {
        guard !waiters.isEmpty else { return [] }
        let reached = waiters.filter { $0.value.mark >= unsentBytes }
        for id in reached.keys { waiters[id] = nil }
        return reached.values.map(\.continuation)
    }

    mutating func take(_ id: UInt64) -> CheckedContinuation<Void, Never>? {
        waiters.removeValue(forKey: id)?.continuation
    }
}
