package import DeskbridgeCore
package import DeskbridgeStore
package import Logging
import ServiceLifecycle
import Synchronization

/// Keeps events that wait: tells the sources of what they wait for, lets them go on when it has come, and ends waits that last too long.
///
/// Hears of each change from the ledger; nothing is polled.
package final class Waits: Service {
    private struct State {
        var ledger = WaitLedger()
        var pace = WaitPace()
        /// Releases that the ledger could not take, and when they are tried again.
        var unreleased: [EventID: (reason: WaitReason, dueAt: Timestamp)] = [:]
        var isClosed = false
    }

    /// How long after a failure the ledger is asked again.
    static let pause = Duration.seconds(1)

    private struct Line {
        let source: any WaitSource
        let changes: AsyncStream<WaitLedger.Change>
        let input: AsyncStream<WaitLedger.Change>.Continuation
    }

    private let store: EventStore
    private let dispatcher: Dispatcher
    private let feed: Feed
    private let clock: WallClock
    private let logger: Logger
    private let lines: [Line]
    private let state = Mutex(State())
    private let wakeUps: AsyncStream<Void>
    private let wakeUp: AsyncStream<Void>.Continuation

    package init(
        store: EventStore, dispatcher: Dispatcher, feed: Feed, clock: WallClock, sources: [any WaitSource], logger: Logger
    ) {
        self.store = store
        self.dispatcher = dispatcher
        self.feed = feed
        self.clock = clock
        self.logger = logger
        lines = sources.map { source in
            let (changes, input) = AsyncStream.makeStream(of: WaitLedger.Change.self)
            return Line(source: source, changes: changes, input: input)
        }
        (wakeUps, wakeUp) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        // For as long as there is the bridge, so the end of the subscription is never asked for.
        _ = feed.listen { [weak self] in self?.hear($0) }
    }

    /// Looks for waits that are over.
    package func wake() { wakeUp.yield() }

    package func run() async throws {
        let alarm = Alarm { [weak self] in self?.wake() }
        await withGracefulShutdownHandler {
            await withDiscardingTaskGroup { group in
                for line in lines { group.addTask { await self.serve(line) } }
                var isRead = false
                wake()
                for await _ in wakeUps {
                    if state.withLock({ $0.isClosed }) { break }
                    do throws(StoreError) {
                        if !isRead { try await readLedger() }
                        isRead = true
                        alarm.set(after: try await endOverdue())
                    } catch {
                        logger.error(
                            "waiting events could not be looked at; trying again in a second",
                            metadata: ["event": "waits.failed", "error": "\(error)"])
                        alarm.set(after: Self.pause)
                    }
                }
                alarm.set(after: nil)
                group.cancelAll()
            }
        } onGracefulShutdown: {
            self.state.withLock { $0.isClosed = true }
            self.wake()
        }
    }

    // MARK: What begins and ends

    /// Called on the ledger's thread.
    private func hear(_ item: FeedItem) {
        let now = clock.now()
        let hasBegun = state.withLock { state in
            if case .changed(let change, _) = item, change.event.state.isFinal { state.pace.forget(change.event.id) }
            return tell(state.ledger.hear(item), at: now, &state)
        }
        if hasBegun { wake() }
    }

    private func readLedger() async throws(StoreError) {
        var last: Int64 = 0
        while true {
            let page = try await store.waiting(after: last)
            state.withLock { state in _ = tell(state.ledger.read(page), at: clock.now(), &state) }
            guard let end = page.last?.sequence else { break }
            last = end
        }
        state.withLock { $0.ledger.finishReading() }
    }

    /// Passes changes on in their order, which the lock keeps.
    /// - Returns: whether a wait began.
    private func tell(_ changes: [WaitLedger.Change], at now: Timestamp, _ state: inout State) -> Bool {
        var hasBegun = false
        for change in changes {
            switch change {
            case .began(let event, let reason):
                hasBegun = true
                if reason != .approval { state.pace.began(event.id, at: now) }
                line(for: reason)?.input.yield(change)
            case .ended(let event, let reason):
                state.unreleased[event] = nil
                line(for: reason)?.input.yield(change)
            }
        }
        return hasBegun
    }

    private func line(for reason: WaitReason) -> Line? { lines.first { $0.source.covers(reason) } }

    private func serve(_ line: Line) async {
        for await change in line.changes {
            switch change {
            case .began(let event, let reason):
                await line.source.arm(event, for: reason) { [weak self, id = event.id] in self?.release(id, from: reason) }
            case .ended(let event, _): await line.source.disarm(event)
            }
        }
    }

    // MARK: Releasing

    private func release(_ id: EventID, from reason: WaitReason) {
        let now = clock.now()
        let dueAt = state.withLock { $0.pace.ended(id, at: now) }
        store.enqueue(.release(id, from: reason, dueAt: dueAt, now: now)) { [weak self] result in
            self?.released(id, from: reason, result, at: now)
        }
    }

    /// Called on the ledger's thread.
    private func released(_ id: EventID, from reason: WaitReason, _ result: Result<StateChange, StoreError>, at moment: Timestamp) {
        switch result {
        case .success(let change):
            feed.publish(.changed(change, at: moment))
            dispatcher.queued()
        case .failure(let error):
            switch error.kind {
            // It was cancelled, or released before.
            case .wrongState, .notFound, .closed: return
            default:
                state.withLock { $0.unreleased[id] = (reason, clock.now() + Self.pause) }
                logger.error(
                    "event could not be released; trying again in a second",
                    metadata: ["event": "wait.unreleased", "id": "\(id)", "error": "\(error)"])
                // Nothing is tried yet: the alarm is set anew.
                wake()
            }
        }
    }

    // MARK: Ends of waits

    /// - Returns: when to look again.
    private func endOverdue() async throws(StoreError) -> Duration? {
        let now = clock.now()
        while true {
            let changes = try await store.perform(
                telling: feed, at: now, .endOverdueWaits(now: now) { event in WaitEnding(of: event, at: now) })
            if changes.isEmpty { break }
            for change in changes {
                logger.warning(
                    "event waited too long",
                    metadata: ["event": "wait.over", "id": "\(change.event.id)", "state": "\(change.event.state.rawValue)"])
            }
        }
        let due = state.withLock { state in
            let due = state.unreleased.filter { $0.value.dueAt <= now }
            for id in due.keys { state.unreleased[id] = nil }
            return due
        }
        for (id, release) in due { self.release(id, from: release.reason) }
        let next = [try await store.nextEndOfWait(), state.withLock { $0.unreleased.values.map(\.dueAt).min() }].compactMap(\.self).min()
        return next.map { $0 - clock.now() }
    }
}

extension WaitEnding {
    /// What becomes of an event whose wait is over.
    init(of event: EventRecord, at moment: Timestamp) {
        let state: DeliveryState
        let failure: Failure
        switch event.waitsFor {
        case .approval, nil:
            state = .failed
            failure = .approvalTimeout
        case .busName(let bus, let name):
            state = .expired
            failure = Failure(
                "expired", "The event's time to live ran out while it waited for \(name) on the \(bus) bus.", .permanent)
        }
        self.init(state: state, failure: failure, confirmation: ConfirmationMessage.failure(of: event, failure, at: moment))
    }
}
