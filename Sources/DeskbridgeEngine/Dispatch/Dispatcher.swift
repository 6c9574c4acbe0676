package import DeskbridgeCore
package import DeskbridgeStore
package import Logging
import ServiceLifecycle
import Synchronization

/// Runs accepted events, as many at once as there are slots for, oldest due first.
///
/// It wakes when something changes: an event comes in, an attempt ends, a retry falls due. It never polls.
package final class Dispatcher: Service {
    fileprivate struct State {
        var admissions: Admissions
        var drain: DrainGate
        /// Events that were claimed in the transaction that stored them, and wait to be started.
        var claimed: [EventRecord] = []
        /// Whether the ledger may hold events to claim or to expire.
        var mustLook = true
        /// Waits until no event is on its way into the ledger with a slot.
        var settled: CheckedContinuation<Void, Never>?
    }

    private let store: EventStore
    private let attempt: Attempt
    private let definitions: Definitions
    private let running: RunningAttempts
    private let feed: Feed
    private let clock: WallClock
    private let monotonic: MonotonicClock
    private let grace: Duration
    private let logger: Logger
    private let state: Mutex<State>
    private let wakeUps: AsyncStream<Void>
    private let wakeUp: AsyncStream<Void>.Continuation

    /// - Parameter configuration: how many run at once, how fast what piled up is begun, and how long running attempts may
    ///   go on once the bridge is told to stop.
    package init(
        store: EventStore, attempt: Attempt, definitions: Definitions, running: RunningAttempts, feed: Feed, clock: WallClock,
        monotonic: MonotonicClock, configuration: DispatchConfiguration, logger: Logger
    ) {
        self.store = store
        self.attempt = attempt
        self.definitions = definitions
        self.running = running
        self.feed = feed
        self.clock = clock
        self.monotonic = monotonic
        self.grace = configuration.grace
        self.logger = logger
        state = Mutex(
            State(
                admissions: Admissions(slots: Slots(total: configuration.running)),
                drain: DrainGate(rate: configuration.drain, startedAt: clock.now())))
        (wakeUps, wakeUp) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// How many slots are taken.
    var slotsTaken: Int { state.withLock { $0.admissions.slots.running } }

    /// Looks for due events soon.
    package func wake() {
        state.withLock { $0.mustLook = true }
        wakeUp.yield()
    }

    /// Takes a slot for a new event, unless older ones wait for one. Tell what became of it: ``stored(_:at:)`` or ``withdrawn(_:)``.
    func admit(_ group: ConcurrencyGroup, limit: Int?) -> Admissions.Place {
        state.withLock { $0.admissions.admit(group, limit: limit) }
    }

    /// Runs an event that was stored with a slot, or looks for one for it.
    func stored(_ event: EventRecord, at place: Admissions.Place) {
        let settled = state.withLock { state in
            state.admissions.stored(place)
            if place.isSlot { state.claimed.append(event) } else { state.mustLook = true }
            return state.takeSettled()
        }
        settled?.resume()
        wakeUp.yield()
    }

    /// A new event was not stored after all.
    func withdrawn(_ place: Admissions.Place) {
        let settled = state.withLock { state in
            state.admissions.withdrawn(place)
            if state.admissions.hasBacklog { state.mustLook = true }
            return state.takeSettled()
        }
        settled?.resume()
        wakeUp.yield()
    }

    /// Takes note of an old event that was queued once more.
    func queued() {
        state.withLock { $0.admissions.queued() }
        wake()
    }

    package func run() async throws {
        let alarm = Alarm { [weak self] in self?.wake() }
        let deadline = Alarm { [running] in running.interruptAll() }
        var suspension = SuspendDetector()
        wake()
        await withGracefulShutdownHandler {
            await withDiscardingTaskGroup { group in
                for await _ in wakeUps {
                    startClaimed(in: &group)
                    if state.withLock({ $0.admissions.isClosed }) { break }
                    if suspension.hasSlept() { hasWoken() }
                    if state.withLock({ $0.takeMustLook() }) { alarm.set(after: await look(in: &group)) }
                }
                alarm.set(after: nil)
                await noneIsOnItsWay()
                startClaimed(in: &group)
                deadline.set(after: grace)
                if running.count > 0 {
                    logger.notice(
                        "waiting for running events",
                        metadata: ["event": "dispatch.draining", "running": "\(running.count)", "grace": "\(Units.text(grace))"])
                }
            }
        } onGracefulShutdown: {
            self.state.withLock { $0.admissions.close() }
            self.wakeUp.yield()
        }
        deadline.set(after: nil)
    }

    private func hasWoken() {
        state.withLock { state in
            state.drain.woke(at: clock.now())
            state.mustLook = true
        }
    }

    /// Waits, also in a cancelled task, until every event that was given a slot is stored or withdrawn.
    private func noneIsOnItsWay() async {
        await withCheckedContinuation { continuation in
            let isSettled = state.withLock { state in
                state.admissions.close()
                if state.admissions.claiming == 0 { return true }
                state.settled = continuation
                return false
            }
            if isSettled { continuation.resume() }
        }
    }

    private func startClaimed(in group: inout DiscardingTaskGroup) {
        for event in state.withLock({ $0.takeClaimed() }) { start(event, in: &group) }
    }

    private func start(_ event: EventRecord, in group: inout DiscardingTaskGroup) {
        group.addTask {
            let ended = await self.attempt.run(event)
            let mustLook = self.state.withLock { state in
                state.admissions.release(event.concurrencyGroup)
                return state.admissions.hasBacklog || ended == .retrying
            }
            if mustLook { self.wake() }
        }
    }

    // MARK: Looking into the ledger

    /// Expires and claims what is due.
    /// - Returns: when to look again, if nothing else happens.
    private func look(in group: inout DiscardingTaskGroup) async -> Duration? {
        let now = clock.now()
        let look = state.withLock { $0.admissions.beginLook() }
        do throws(StoreError) {
            try await attempt.expireOverdue(now: now)
            let wokeAt = state.withLock { $0.drain.wokeAt }
            let (hasPiledUp, retryAfter) = try await claimPiledUp(until: min(wokeAt, now), in: &group)
            let isSaturated = try await claim(dueAfter: wokeAt, until: now, limit: .max, in: &group).isSaturated
            var isLeft = hasPiledUp || isSaturated
            if isLeft { isLeft = try await store.dueCount(until: now, atMost: 1) > 0 }
            // What falls due from here on is either told by the ledger now, or queued and told by its sender.
            let due = try await store.nextDue(after: now)
            let expiry = try await store.nextExpiry()
            state.withLock { $0.admissions.end(look, isLeft: isLeft) }
            let present = clock.now()
            return [retryAfter, due.map { $0 - present }, expiry.map { $0 - present }].compactMap(\.self).min()
        } catch {
            logger.error(
                "events could not be claimed; trying again in a second",
                metadata: ["event": "dispatch.failed", "error": "\(error)"])
            return .seconds(1)
        }
    }

    /// Claims what was due when the machine woke up, as fast as the drain rate allows.
    ///
    /// - Returns: whether some may be left, and when the rate allows more.
    private func claimPiledUp(
        until wokeAt: Timestamp, in group: inout DiscardingTaskGroup
    ) async throws(StoreError) -> (isLeft: Bool, retryAfter: Duration?) {
        let free = state.withLock { $0.admissions.slots.free }
        let piledUp = try await store.dueCount(until: wokeAt, atMost: max(1, free))
        guard piledUp > 0 else { return (false, nil) }
        guard free > 0 else { return (true, nil) }
        let instant = monotonic.now()
        let room = state.withLock { $0.drain.room(for: piledUp, now: instant) }
        guard room.count > 0 else { return (true, room.retryAfter) }
        let claimed = try await claim(dueAfter: nil, until: wokeAt, limit: room.count, in: &group).count
        // What found no room in its group takes nothing of the rate.
        state.withLock { $0.drain.pass(claimed, now: instant) }
        return (true, claimed == room.count ? room.retryAfter : nil)
    }

    /// - Returns: how many were claimed, and whether there may be more that found no slot.
    private func claim(
        dueAfter: Timestamp?, until now: Timestamp, limit: Int, in group: inout DiscardingTaskGroup
    ) async throws(StoreError) -> (count: Int, isSaturated: Bool) {
        let catalog = definitions.current.catalog
        // During a look only this task takes slots, so this can only turn out too small.
        let slots = state.withLock { $0.admissions.slots }
        let wanted = min(slots.free, limit)
        guard wanted > 0 else { return (0, true) }
        let saturated = Set(slots.saturated { catalog.limit(of: $0) })
        let operation = StoreOperation.claimDue(dueAfter: dueAfter, now: now, limit: wanted, saturatedKeys: saturated) { group in
            slots.room(in: group, limit: catalog.limit(of: group))
        }
        let claimed = try await store.perform(operation) { [feed] events in
            for event in events { feed.publish(.changed(StateChange(claimed: event), at: now)) }
        }
        for event in claimed {
            state.withLock { $0.admissions.occupy(event.concurrencyGroup) }
            start(event, in: &group)
        }
        let isSaturated = claimed.count == wanted || state.withLock { !$0.admissions.slots.saturated { catalog.limit(of: $0) }.isEmpty }
        return (claimed.count, isSaturated)
    }
}

extension Dispatcher.State {
    fileprivate mutating func takeClaimed() -> [EventRecord] {
        defer { claimed = [] }
        return claimed
    }

    fileprivate mutating func takeMustLook() -> Bool {
        defer { mustLook = false }
        return mustLook
    }

    fileprivate mutating func takeSettled() -> CheckedContinuation<Void, Never>? {
        guard admissions.claiming == 0 else { return nil }
        defer { settled = nil }
        return settled
    }
}

extension StateChange {
    /// An event that waited until its attempt began.
    fileprivate init(claimed event: EventRecord) {
        self.init(before: event.attempt - 1 == event.attemptsBeforeRetry ? .queued : .retrying, event: event)
    }
}
