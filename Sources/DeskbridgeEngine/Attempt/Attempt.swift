import DeskbridgeActions
package import DeskbridgeCore
package import DeskbridgeStore
package import Logging

/// Runs one attempt of an event: plans and performs its steps in order, then stores how it ended.
package struct Attempt: Sendable {
    let store: EventStore
    let definitions: Definitions
    let feed: Feed
    let running: RunningAttempts
    let clock: WallClock
    /// A number from 0 to 1 that spreads retries.
    let jitter: @Sendable () -> Double
    /// How long an event without a time to live waits for what a step needs.
    let longestWait: Duration
    let unstored: UnstoredOutcomes
    let logger: Logger

    package init(
        store: EventStore, definitions: Definitions, feed: Feed, running: RunningAttempts, clock: WallClock,
        jitter: @escaping @Sendable () -> Double = { Double.random(in: 0...1) },
        longestWait: Duration = DispatchConfiguration().wait, unstored: UnstoredOutcomes = UnstoredOutcomes(), logger: Logger
    ) {
        self.store = store
        self.definitions = definitions
        self.feed = feed
        self.running = running
        self.clock = clock
        self.jitter = jitter
        self.longestWait = longestWait
        self.unstored = unstored
        self.logger = logger
    }

    /// Runs a claimed event. Returns when its outcome is stored.
    ///
    /// - Returns: the state that the event has now; nil if the outcome could not be stored.
    package func run(_ event: EventRecord) async -> DeliveryState? {
        let began = ContinuousClock.now
        let output = LiveOutput(event: event.event, attempt: event.attempt, feed: feed)
        // Until the outcome is stored along with the end of the output, so that there is no moment without it.
        running.show(output, of: event.id)
        let (progress, interruption) = await running.run(event.id) {
            await output.streaming { await perform(event, output) }
        }
        let end = end(of: event, progress ?? .notStarted, interruption, output.tail)
        log(event, end, took: ContinuousClock.now - began)
        let isStored = await record(end, of: event)
        let isUnwanted = running.settle(event.id)
        guard isStored else { return nil }
        if isUnwanted, !end.state.isFinal { await cancelWaiting(event.id) }
        return end.state
    }

    private func perform(_ event: EventRecord, _ output: LiveOutput) async -> StepProgress {
        let snapshot = definitions.current
        guard let action = snapshot.catalog.action(for: event.event.type) else {
            return StepProgress(
                end: .failed(
                    Failure(
                        "action_missing", "No action serves \(event.event.type.text) now. Put its file back, or cancel the event.",
                        .retryable)))
        }
        let parameters: JSONObject
        do { parameters = try action.parameters.validate(event.event.payload) } catch {
            return StepProgress(
                action: action,
                end: .failed(
                    Failure("invalid_event", "The action was changed, and its parameters no longer fit: \(error).", .permanent)))
        }
        var planner = ActionPlanner(
            action: action, grants: snapshot.policy.grants, parameters: parameters,
            payload: event.event.payload,
            event: EventFields(
                id: event.id, type: event.event.type, client: event.client, key: event.event.key, acceptedAt: event.event.acceptedAt))
        var steps = StepSequence(event: event, action: action, store: store, clock: clock, output: output)
        return await steps.run(&planner)
    }

    /// What becomes of the event.
    private func end(
        of event: EventRecord, _ progress: StepProgress, _ interruption: Interruption?, _ tail: [OutputTailLine]
    ) -> AttemptEnd {
        let now = clock.now()
        var end: AttemptEnd
        switch progress.end {
        case .succeeded(let payload, let confirm):
            end = AttemptEnd(
                at: now, state: .succeeded, result: payload,
                confirmation: ConfirmationMessage.success(of: event, type: confirm, payload: payload, at: now))
        case .failed(let failure):
            end = failed(event, failure, progress, now)
            if end.state == .retrying, interruption == .cancelled { end = cancelled(event, now) }
        case .stopped where interruption == .cancelled, .waiting where interruption == .cancelled:
            end = cancelled(event, now)
        case .waiting(let reason):
            end = AttemptEnd(at: now, state: .waiting, dueAt: event.event.expiresAt ?? now + longestWait, wait: reason)
        case .stopped:
            end = interrupted(progress, now)
        }
        end.steps = progress.unstored
        end.outputTail = tail
        end.plan = progress.shownPlan
        return end
    }

    private func cancelled(_ event: EventRecord, _ now: Timestamp) -> AttemptEnd {
        AttemptEnd(
            at: now, state: .cancelled, failure: .cancelled,
            confirmation: ConfirmationMessage.failure(of: event, .cancelled, at: now))
    }

    private func failed(_ event: EventRecord, _ failure: Failure, _ progress: StepProgress, _ now: Timestamp) -> AttemptEnd {
        let policy = progress.action?.retry ?? .standard
        let verdict = policy.verdict(
            on: failure.kind, attempt: event.attempt - event.attemptsBeforeRetry, isSafeToRepeat: progress.isSafeToRepeat, now: now,
            jitter: jitter())
        switch verdict {
        case .retry(let due): return AttemptEnd(at: now, state: .retrying, dueAt: due, failure: failure)
        case .unknown: return AttemptEnd(at: now, state: .unknown, failure: failure)
        case .failed:
            return AttemptEnd(
                at: now, state: .failed, failure: failure,
                confirmation: ConfirmationMessage.failure(of: event, failure, at: now))
        }
    }

    /// The bridge stops: the attempt doesn't count as failed, and goes on after the next start if that is safe.
    private func interrupted(_ progress: StepProgress, _ now: Timestamp) -> AttemptEnd {
        let place = progress.step.map { "while the step \"\($0)\" ran" } ?? "before the next step began"
        let failure = Failure("interrupted", "The bridge was stopped \(place).", .unknownOutcome)
        guard progress.isSafeToRepeat else { return AttemptEnd(at: now, state: .unknown, failure: failure) }
        return AttemptEnd(at: now, state: .retrying, outcome: .interrupted, dueAt: now, failure: failure)
    }

    /// Stores the outcome. A full disk or an I/O error is waited out: what was done must not be forgotten. Only the end of the
    /// time that a stopping bridge has ends the wait; then the next start decides, as after a crash.
    ///
    /// - Returns: whether it is stored.
    private func record(_ end: AttemptEnd, of event: EventRecord) async -> Bool {
        var delay = Duration.milliseconds(100)
        while true {
            let isLastTry = running.isShuttingDown
            do throws(StoreError) {
                try await finish(event, end)
                if let since = unstored.settle(event.id) {
                    logger.notice(
                        "outcome stored at last",
                        metadata: [
                            "event": "outcome.stored", "id": "\(event.id)", "waited_ms": "\((clock.now() - since).wholeMilliseconds)",
                        ])
                }
                return true
            } catch {
                // Once, and not at each try; how many wait, and since when, is part of the status.
                if unstored.failed(event.id, error, at: clock.now()) {
                    logger.error(
                        "outcome could not be stored; trying again until it is",
                        metadata: ["event": "outcome.unstored", "id": "\(event.id)", "error": "\(error)"])
                }
                guard error.mayPass, !isLastTry else {
                    _ = unstored.settle(event.id)
                    logger.error("outcome was given up", metadata: ["event": "outcome.lost", "id": "\(event.id)", "error": "\(error)"])
                    return false
                }
            }
            await Self.pause(delay)
            delay = min(delay * 2, .seconds(5))
        }
    }

    /// Somebody wanted the attempt to end while its outcome was being stored. The event waits now, so it can be ended at once.
    private func cancelWaiting(_ id: EventID) async {
        do throws(StoreError) { try await store.cancel(id, at: clock.now(), telling: feed, running) } catch {
            if case .wrongState = error.kind { return }
            logger.error("event could not be cancelled", metadata: ["event": "cancel.failed", "id": "\(id)", "error": "\(error)"])
        }
    }

    /// Tells the live connections from within the commit, so that they hear of changes in the order of the ledger.
    private func finish(_ event: EventRecord, _ end: AttemptEnd) async throws(StoreError) {
        _ = try await store.perform(.finish(event.id, attempt: event.attempt, end)) { [feed] confirmation in
            feed.publish(.changed(StateChange(event, end, confirmation), at: end.at))
        }
    }

    /// Goes on waiting in a cancelled task: the outcome is stored even while the bridge stops.
    private static func pause(_ delay: Duration) async {
        await Task { try? await Task.sleep(for: delay) }.value
    }

    /// Ends the events whose time to live ran out.
    func expireOverdue(now: Timestamp) async throws(StoreError) {
        while true {
            let changes = try await store.perform(
                telling: feed, at: now,
                .expireOverdue(now: now) { event in
                    ConfirmationMessage.failure(of: event, .expired, at: now)
                })
            if changes.isEmpty { return }
        }
    }

    private func log(_ event: EventRecord, _ end: AttemptEnd, took duration: Duration) {
        var metadata: Logger.Metadata = [
            "event": "attempt.ended", "id": "\(event.id)", "type": "\(event.event.type)", "client": "\(event.client)",
            "attempt": "\(event.attempt)", "state": "\(end.state.rawValue)", "duration_ms": "\(duration.wholeMilliseconds)",
        ]
        if let failure = end.failure {
            metadata["code"] = "\(failure.code)"
            metadata["error"] = "\(failure.message)"
        }
        if let due = end.dueAt { metadata["due"] = "\(due)" }
        if let wait = end.wait { metadata["waits_for"] = "\(wait)" }
        logger.log(level: end.state == .succeeded || end.state == .waiting ? .info : .warning, "attempt ended", metadata: metadata)
    }
}

extension StateChange {
    /// What the end of an attempt makes of its event.
    fileprivate init(_ event: EventRecord, _ end: AttemptEnd, _ confirmation: Confirmation?) {
        var after = event
        after.state = end.state
        after.dueAt = end.dueAt
        after.waitsFor = end.wait
        if end.state == .waiting { after.attemptsBeforeRetry += 1 }
        after.failure = end.failure
        after.result = end.result
        after.finalAt = end.state.isFinal ? end.at : nil
        after.confirmationSeq = confirmation?.seq ?? event.confirmationSeq
        self.init(before: event.state, event: after, confirmation: confirmation)
    }
}

extension StoreError {
    /// Whether the same may succeed later: a disk can be emptied, a lock let go.
    fileprivate var mayPass: Bool {
        switch kind {
        case .storageFull, .ioError, .busy, .notWritable, .unexpected: true
        case .corrupt, .superseded, .inUse, .notFound, .wrongState, .closed: false
        }
    }
}
