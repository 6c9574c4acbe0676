internal import Synchronization

/// What comes in, kept in order, for tests that wait for one item among others.
package final class Mailbox<Item: Sendable>: Sendable {
    private struct Waiter {
        let matches: @Sendable (Item) -> Bool
        let continuation: CheckedContinuation<Item?, Never>
    }

    private struct State {
        var all: [Item] = []
        /// Positions in `all` of what nobody took yet.
        var untaken: [Int] = []
        var waiters: [(id: UInt64, waiter: Waiter)] = []
        var nextID: UInt64 = 0
        var isFinished = false
    }

    private let state = Mutex(State())

    package init() {}

    /// All that ever came, taken or not.
    package var all: [Item] { state.withLock { $0.all } }

    package var isFinished: Bool { state.withLock { $0.isFinished } }

    package func put(_ item: Item) {
        let taker = state.withLock { state -> Waiter? in
            state.all.append(item)
            guard let index = state.waiters.firstIndex(where: { $0.waiter.matches(item) }) else {
                state.untaken.append(state.all.count - 1)
                return nil
            }
            return state.waiters.remove(at: index).waiter
        }
        taker?.continuation.resume(returning: item)
    }

    /// Nothing comes any more.
    package func finish() {
        let waiters = state.withLock { state in
            defer { state.waiters = [] }
            state.isFinished = true
            return state.waiters
        }
        for waiter in waiters { waiter.waiter.continuation.resume(returning: nil) }
    }

    /// Takes the first item that matches and that nobody took yet, as soon as there is one; the others stay.
    ///
    /// - Returns: nil if nothing comes any more, or the task is cancelled.
    package func first(where matches: @escaping @Sendable (Item) -> Bool = { _ in true }) async -> Item? {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isCancelled = Task.isCancelled
                let found: Item?? = state.withLock { state in
                    if let place = state.untaken.firstIndex(where: { matches(state.all[$0]) }) {
                        return .some(state.all[state.untaken.remove(at: place)])
                    }
                    if state.isFinished || isCancelled { return .some(nil) }
                    state.waiters.append((id, Waiter(matches: matches, continuation: continuation)))
                    return nil
                }
                if let found { continuation.resume(returning: found) }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                state.waiters.firstIndex { $0.id == id }.map { state.waiters.remove(at: $0).waiter }
            }
            waiter?.continuation.resume(returning: nil)
        }
    }
}

/// What a test waited for did not come.
package struct NeverCame: Error, CustomStringConvertible {
    package let description: String

    package init(_ what: String, instead: [String]) {
        let shown = instead.suffix(40).map { "  " + String($0.prefix(600)) }.joined(separator: "\n")
        description = "waited in vain for \(what); what came:\n\(shown)"
    }
}
