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
        var slots: Slots
        var drain: DrainGate
        /// Whether older events may be waiting for a slot: then new ones queue up behind them.
        var hasBacklog = true
        /// Slots given to events that are on their way into the store.
        var reservations = 0
        /// Events that were claimed in the transaction that stored them, and wait to be started.
        var claimed: [EventRecord] = []
        var isStopping = false
        var retryDelay: Duration?
    }

    private let store: EventStore
    private let attempt: Attempt
    private let definitions: Definitions
    private let running: RunningAttempts
    private let clock: WallClock
    private let monotonic: MonotonicClock
    private let grace: Duration
    private let logger: Logger
    private let state: Mutex<State>
    private let wakeUps: AsyncStream<Void>
    private let wakeUp: AsyncStream<Void>.Continuation

    /// - Parameters:
    ///   - grace: how long running attempts may go on once the bridge is told to stop.
    package init(
        store: EventStore, attempt: Attempt, definitions: Definitions, running: RunningAttempts, clock: WallClock,
        monotonic: MonotonicClock,
        configuration: DispatchConfiguration, logger: Logger
    ) {
        self.store = store
        self.attempt = attempt
        self.definitions = definitions
        self.running = running
        self.clock = clock
        self.monotonic = monotonic
        self.grace = configuration.grace
        self.logger = logger
        state = Mutex(
            State(
                slots: Slots(total: configuration.running),
                drain: DrainGate(rate: configuration.drain, startedAt: clock.now())))
        (wakeUps, wakeUp) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Looks for due events soon.
    package func wake() { wakeUp.yield() }

    /// Takes a slot for a new event, unless older ones wait for one.
    func reserve(_ group: ConcurrencyGroup, limit: Int?) -> Bool {
        state.withLock { state in
            guard !state.isStopping, !state.hasBacklog, state.slots.take(group, limit: limit) else { return false }
            state.reservations += 1
            return true
        }
    }

    /// Gives back a slot whose event was not stored after all.
    func cancelReservation(_ group: ConcurrencyGroup) {
        state.withLock { state in
            state.reservations -= 1
            state.slots.release(group)
        }
        wake()
    }

    /// Runs an event that was stored in a reserved slot.
    func run(claimed event: EventRecord) {
        state.withLock { state in
            state.reservations -= 1
            state.claimed.append(event)
        }
        wake()
    }

    /// Takes note of an event that was stored without a slot.
    func queued() {
        state.withLock { $0.hasBacklog = true }
        wake()
    }

    package func run() async throws {
        let alarm = Alarm { [wakeUp] in wakeUp.yield() }
        let deadline = Alarm { [running] in running.interruptAll() }
        var suspension = SuspendDetector()
        wake()
        await withGracefulShutdownHandler {
            await withDiscardingTaskGroup { group in
                for await _ in wakeUps {
                    for event in state.withLock({ $0.takeClaimed() }) { start(event, in: &group) }
                    if state.withLock({ $0.isStopping }) {
                        guard state.withLock({ $0.reservations > 0 || !$0.claimed.isEmpty }) else { break }
                        continue
                    }
                    if suspension.hasSlept() { state.withLock { $0.drain.woke(at: clock.now()) } }
                    await claimDue(in: &group)
                    alarm.set(after: await delayUntilNextDue())
                }
                alarm.set(after: nil)
                deadline.set(after: grace)
                if running.count > 0 {
                    logger.notice(
                        "waiting for running events",
                        metadata: ["event": "dispatch.draining", "running": "\(running.count)", "grace": "\(Units.text(grace))"])
                }
            }
        } onGracefulShutdown: {
            self.state.withLock { $0.isStopping = true }
            self.wake()
        }
        deadline.set(after: nil)
    }

    private func start(_ event: EventRecord, in group: inout DiscardingTaskGroup) {
        group.addTask {
            await self.attempt.run(event)
            self.state.withLock { $0.slots.release(event.concurrencyGroup) }
            self.wake()
        }
    }

    private func claimDue(in group: inout DiscardingTaskGroup) async {
        state.withLock { $0.retryDelay = nil }
        do throws(StoreError) {
            let now = clock.now()
            try await attempt.expireOverdue(now: now)
            let wokeAt = state.withLock { $0.drain.wokeAt }
            let hasPiledUp = try await claimPiledUp(until: min(wokeAt, now), in: &group)
            let hasMore = try await claim(dueAfter: wokeAt, until: now, limit: .max, in: &group).isSaturated
            state.withLock { $0.hasBacklog = hasPiledUp || hasMore }
        } catch {
            logger.error(
                "events could not be claimed; trying again in a second",
                metadata: ["event": "dispatch.failed", "error": "\(error)"])
            state.withLock { $0.retryDelay = .seconds(1) }
        }
    }

    /// Claims what was due when the machine woke up, as fast as the drain rate allows.
    ///
    /// - Returns: whether some is left.
    private func claimPiledUp(until wokeAt: Timestamp, in group: inout DiscardingTaskGroup) async throws(StoreError) -> Bool {
        let piledUp = try await store.dueCount(until: wokeAt, atMost: state.withLock { $0.slots.free })
        guard piledUp > 0 else { return false }
        let instant = monotonic.now()
        let pass = state.withLock { state in
            let pass = state.drain.take(piledUp, now: instant)
            state.retryDelay = pass.retryAfter
            return pass
        }
        guard pass.taken > 0 else { return true }
        _ = try await claim(dueAfter: nil, until: wokeAt, limit: pass.taken, in: &group)
        return true
    }

    /// - Returns: how many were claimed, and whether there may be more that found no slot.
    private func claim(
        dueAfter: Timestamp?, until now: Timestamp, limit: Int, in group: inout DiscardingTaskGroup
    ) async throws(StoreError) -> (count: Int, isSaturated: Bool) {
        let catalog = definitions.current.catalog
        let (free, saturated) = state.withLock { ($0.slots.free, $0.slots.saturated { catalog.limit(of: $0) }) }
        let wanted = min(free, limit)
        guard wanted > 0 else { return (0, true) }
        // Slots are only taken by this task and by reservations, and those stop while there is a backlog.
        let room = state.withLock { state in
            state.hasBacklog = true
            return state.slots
        }
        let operation = StoreOperation.claimDue(dueAfter: dueAfter, now: now, limit: wanted, saturatedKeys: Set(saturated)) { group in
            room.room(in: group, limit: catalog.limit(of: group))
        }
        let claimed = try await store.perform(operation) { [attempt] claimed in attempt.announce(claimed, at: now) }
        for event in claimed {
            state.withLock { $0.slots.occupy(event.concurrencyGroup) }
            start(event, in: &group)
        }
        let isSaturated = claimed.count == wanted || state.withLock { !$0.slots.saturated { catalog.limit(of: $0) }.isEmpty }
        return (claimed.count, isSaturated)
    }

    private func delayUntilNextDue() async -> Duration? {
        let now = clock.now()
        let retryDelay = state.withLock { $0.retryDelay }
        // A ledger that cannot be read is asked again with the next wake-up; the delay above makes sure that there is one.
        let due = (try? await store.nextDue(after: now)) ?? nil
        let expiry = (try? await store.nextExpiry()) ?? nil
        return [retryDelay, due.map { $0 - now }, expiry.map { $0 - now }].compactMap(\.self).min()
    }
}

extension Dispatcher.State {
    fileprivate mutating func takeClaimed() -> [EventRecord] {
        defer { claimed = [] }
        return claimed
    }
}
