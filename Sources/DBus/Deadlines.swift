/// The calls that wait, earliest deadline first: a binary heap from which answered calls are removed late but before they wake anybody.
struct Deadlines {
    private var heap: [PendingCall] = []
    private var sizeToSweepAt = 64

    mutating func add(_ call: PendingCall) {
        if heap.count >= sizeToSweepAt { sweep() }
        heap.append(call)
        rise(from: heap.count - 1)
    }

    /// The deadline of the first call that has no answer yet.
    mutating func next() -> SuspendingClock.Instant? {
        while let first = heap.first {
            if !first.isAnswered { return first.deadline }
            removeFirst()
        }
        return nil
    }

    /// A call without answer whose deadline has passed, which is thereby removed.
    mutating func removeExpired(at now: SuspendingClock.Instant) -> PendingCall? {
        guard let next = next(), next <= now else { return nil }
        return removeFirst()
    }

    private mutating func sweep() {
        heap = heap.filter { !$0.isAnswered }.sorted { $0.deadline < $1.deadline }
        sizeToSweepAt = max(64, heap.count * 2)
    }

    @discardableResult
    private mutating func removeFirst() -> PendingCall {
        heap.swapAt(0, heap.count - 1)
        let first = heap.removeLast()
        sink(from: 0)
        return first
    }

    private mutating func rise(from index: Int) {
        var index = index
        while index > 0, heap[index].deadline < heap[(index - 1) / 2].deadline {
            heap.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    private mutating func sink(from index: Int) {
        var index = index
        while let child = [2 * index + 1, 2 * index + 2].filter(heap.indices.contains).min(by: { heap[$0].deadline < heap[$1].deadline }),
            heap[child].deadline < heap[index].deadline
        {
            heap.swapAt(index, child)
            index = child
        }
    }
}
