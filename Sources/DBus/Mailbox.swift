internal import Synchronization

/// What callers hand to the thread of a connection, which is started by the first letter.
final class Mailbox: Sendable {
    enum Letter: Sendable {
        case call(PendingCall)
        /// The caller waits no longer; the answer, if one comes, is not wanted.
        case abandoned(PendingCall)
        /// - Parameter 1: answered once the bus applies the match.
        case subscribe(Subscriber, PendingCall)
        case unsubscribe(Subscriber)
        case watch(NameWatcher)
        case unwatch(NameWatcher)
        case serve(ServedObject)
        case unserve(ServedObject)
        case reply(ReplyTicket.ID, CallReply)
        case emit(OutgoingSignal)
        /// Gives a name back to the bus.
        case release(BusName)

        /// Whether it means anything to a connection that was never used.
        fileprivate var isFirst: Bool {
            switch self {
            case .call, .subscribe, .watch, .serve: true
            case .abandoned, .unsubscribe, .unwatch, .unserve, .reply, .emit, .release: false
            }
        }

        /// Tells whoever waits for it.
        fileprivate func fail(_ error: BusError) {
            switch self {
            case .call(let call), .subscribe(_, let call): call.fail(error)
            case .watch(let watcher): watcher.inbox.finish(error)
            case .serve(let object): object.inbox.finish(error)
            case .abandoned, .unsubscribe, .unwatch, .unserve, .reply, .emit, .release: break
            }
        }
    }

    private enum Phase {
        case idle
        case open(WakeUp)
        case closing
        case closed
    }

    private struct State {
        var phase = Phase.idle
        var letters: [Letter] = []
        /// Whether the thread has been woken and has not collected since.
        var isSignalled = false
        var closers: [CheckedContinuation<Void, Never>] = []
    }

    private let address: BusAddress
    private let state = Mutex(State())

    init(address: BusAddress) { self.address = address }

    /// - Throws: ``BusError`` of kind `notSent` if the connection was shut down, or the thread cannot be started.
    func post(_ letter: Letter) throws(BusError) {
        let failure: BusError? = state.withLock { state in
            if case .idle = state.phase {
                guard letter.isFirst else { return nil }
                guard let wakeUp = WakeUp() else { return .notSent(name: BusError.Name.failed, "the process has no descriptor left") }
                let loop = BusThread.start { [self] in BusLoop(address: address, mailbox: self, wakeUp: wakeUp).run() }
                guard loop else { return .notSent(name: BusError.Name.failed, "no thread can be started") }
                state.phase = .open(wakeUp)
            }
            guard case .open(let wakeUp) = state.phase else { return .shutDown }
            state.letters.append(letter)
            if !state.isSignalled { wakeUp.signal() }
            state.isSignalled = true
            return nil
        }
        if let failure { throw failure }
    }

    /// For the thread: the letters that came since the last time, or nil if it is to end.
    func collect() -> [Letter]? {
        state.withLock { state in
            state.isSignalled = false
            if case .closing = state.phase { return nil }
            defer { state.letters.removeAll(keepingCapacity: true) }
            return state.letters
        }
    }

    /// Asks the thread to end.
    func close() {
        state.withLock { state in
            switch state.phase {
            case .idle: state.phase = .closed
            case .open(let wakeUp):
                state.phase = .closing
                wakeUp.signal()
            case .closing, .closed: break
            }
        }
    }

    /// Returns when the thread has ended.
    func closed() async {
        await withCheckedContinuation { continuation in
            let isClosed = state.withLock { state in
                if case .closed = state.phase { return true }
                state.closers.append(continuation)
                return false
            }
            if isClosed { continuation.resume() }
        }
    }

    /// For the thread, as the last thing it does: nothing will be collected any more.
    func end() {
        let (letters, closers) = state.withLock { state in
            state.phase = .closed
            defer {
                state.letters = []
                state.closers = []
            }
            return (state.letters, state.closers)
        }
        for letter in letters { letter.fail(.shutDown) }
        for closer in closers { closer.resume() }
    }
}

extension BusError {
    static let shutDown = BusError.notSent(name: Name.disconnected, "the connection was shut down")

    /// What the sequences end with.
    static let endedByShutdown = BusError(.disconnected, name: Name.disconnected, "the connection was shut down")
}
