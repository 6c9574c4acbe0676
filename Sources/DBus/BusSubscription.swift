/// The signals of one match, in the order in which they were sent, from before ``BusConnection/subscribe(to:timeout:)`` returned.
///
/// One task at a time may iterate. It throws a ``BusError``: of kind `disconnected` when the connection ended, after which the match is gone
/// too; of kind `overrun` when more than ``longestQueue`` signals, or about ``largestQueue`` bytes of them, waited to be taken, after which
/// nothing more comes; of kind `cancelled` if the iterating task is cancelled. The match is removed from the bus when the last copy of this
/// and of its iterators is let go.
package struct BusSubscription: AsyncSequence, Sendable {
    package static let longestQueue = 1024
    package static let largestQueue = 8 << 20

    package let match: SignalMatch
    private let lease: Lease

    init(_ subscriber: Subscriber, of connection: BusConnection) {
        match = subscriber.match
        lease = Lease(subscriber, of: connection)
    }

    package func makeAsyncIterator() -> Iterator { Iterator(lease: lease) }

    package struct Iterator: AsyncIteratorProtocol, Sendable {
        fileprivate let lease: Lease

        package mutating func next() async throws(BusError) -> BusSignal? { try await lease.subscriber.inbox.next()?.signal }

        package mutating func next(isolation actor: isolated (any Actor)?) async throws(BusError) -> BusSignal? { try await next() }
    }

    fileprivate final class Lease: Sendable {
        let subscriber: Subscriber
        private let connection: BusConnection

        init(_ subscriber: Subscriber, of connection: BusConnection) {
            self.subscriber = subscriber
            self.connection = connection
        }

        deinit { connection.tell(.unsubscribe(subscriber)) }
    }
}

/// One subscription as the thread of the connection knows it.
final class Subscriber: Sendable {
    struct Waiting: Sendable {
        let signal: BusSignal
        /// About how many bytes of memory it takes.
        let weight: Int
    }

    let match: SignalMatch
    let inbox = Inbox<Waiting>()

    init(_ match: SignalMatch) { self.match = match }

    func take(_ signal: BusSignal, weight: Int) {
        var isFull = false
        inbox.change { waiting in
            isFull =
                waiting.count >= BusSubscription.longestQueue
                || !waiting.isEmpty && waiting.reduce(weight) { $0 + $1.weight } > BusSubscription.largestQueue
            if !isFull { waiting.append(Waiting(signal: signal, weight: weight)) }
        }
        if isFull { overrun("more than \(BusSubscription.longestQueue) signals or too many bytes wait to be taken") }
    }

    func overrun(_ message: String) {
        inbox.finish(BusError(.overrun, name: BusError.Name.limitsExceeded, "\(message); the signals that follow are lost"))
    }
}
