package import DeskbridgeActions
package import DeskbridgeCore
package import DeskbridgeStore
package import Logging

/// What people and clients do with events that are in the ledger: look at them, cancel, retry, resolve, drop, replay.
package struct EventDesk: Sendable {
    private let store: EventStore
    private let definitions: Definitions
    private let gate: Gate
    private let intake: Intake
    private let dispatcher: Dispatcher
    private let running: RunningAttempts
    private let feed: Feed
    private let clock: WallClock
    private let audit: AuditTrail
    private let logger: Logger

    package init(
        store: EventStore, definitions: Definitions, gate: Gate, intake: Intake, dispatcher: Dispatcher, running: RunningAttempts,
        feed: Feed, clock: WallClock, audit: AuditTrail, logger: Logger
    ) {
        self.store = store
        self.definitions = definitions
        self.gate = gate
        self.intake = intake
        self.dispatcher = dispatcher
        self.running = running
        self.feed = feed
        self.clock = clock
        self.audit = audit
        self.logger = logger
    }

    package func event(_ id: EventID, for identity: Identity) async throws(Problem) -> EventHistory {
        try await lookUp(id, for: identity) { .see(owner: $0) }
    }

    /// A page of the events that this identity may see, newest first.
    package func events(
        _ filter: EventFilter, before cursor: Int64?, limit: Int, for identity: Identity
    ) async throws(Problem) -> EventPage {
        let policy = definitions.current.policy.policy
        var filter = filter
        let seesAll = gate.allows(identity, .seeAll, under: policy)
        if let owner = filter.client ?? (seesAll ? nil : identity.client) {
            do throws(Problem) { try gate.check(identity, .see(owner: owner), under: policy) } catch {
                audit.noteRefusal(of: Gate.Kind.see.rawValue, code: error.code)
                throw error
            }
            filter.client = owner
        }
        do throws(StoreError) { return try await store.events(filter, before: cursor, limit: limit) } catch { throw Problem(error) }
    }

    /// Notes that the client has its confirmations up to this number.
    ///
    /// - Returns: how far it has acknowledged now.
    package func acknowledge(upTo seq: Int64, by identity: Identity) async throws(Problem) -> Int64 {
        let result: Result<Int64, Problem> = await withCheckedContinuation { continuation in
            acknowledge(upTo: seq, by: identity) { continuation.resume(returning: $0) }
        }
        return try result.get()
    }

    /// The same without waiting: acknowledgements are stored in the order of the calls.
    package func acknowledge(upTo seq: Int64, by identity: Identity, reply: @escaping @Sendable (Result<Int64, Problem>) -> Void) {
        do throws(Problem) {
            try gate.check(identity, .acknowledge(owner: identity.client), under: definitions.current.policy.policy)
        } catch {
            return reply(.failure(error))
        }
        store.enqueue(.acknowledge(identity.client, upTo: seq)) { reply($0.mapError { Problem($0) }) }
    }

    /// Ends an event: one that waits at once, one that runs as soon as its step has been stopped.
    package func cancel(_ id: EventID, by identity: Identity) async throws(Problem) -> EventHistory {
        try await change(id, by: identity) { now throws(StoreError) in
            try await store.cancel(id, at: now, telling: feed, running)
        }
    }

    /// Queues an event that ended without success once more; it goes on at the step that failed.
    ///
    /// A client needs for that what it would need to send the event now: the person at the desk may have said no before.
    package func retry(_ id: EventID, by identity: Identity) async throws(Problem) -> EventHistory {
        let event = try await lookUp(id, for: identity) { .manage(owner: $0) }.event.event
        var question: ApprovalQuestion?
        if !identity.isOwner {
            let now = clock.now()
            var event = event
            event.origin = identity.origin
            let checked: EventCheck.Checked
            do throws(Problem) { checked = try EventCheck.recheck(event, under: definitions.current, gate: gate, now: now) } catch {
                audit.noteRefusal(of: "retry", subject: id.text, type: event.type, code: error.code)
                throw error
            }
            question = checked.asks.map { ApprovalQuestion(rule: checked.event.rule, until: now + $0) }
        }
        let history = try await change(id, by: identity) { now throws(StoreError) in
            _ = try await store.perform(telling: feed, at: now, .retry(id, now: now, asking: question))
        }
        if question == nil { dispatcher.queued() }
        return history
    }

    /// Answers for the person at the desk: an approved event runs, a denied one fails.
    ///
    /// What would be done is checked once more before it is let through: policies and grants may have changed while it waited.
    /// - Parameter reason: is told to the client.
    /// - Throws: `wrong_state` unless the event waits for an answer; `forbidden` for everybody but the owner of the machine.
    package func decide(_ id: EventID, _ decision: ApprovalDecision, by identity: Identity) async throws(Problem) -> EventHistory {
        let event = try await lookUp(id, for: identity) { .decide(owner: $0) }.event.event
        let now = clock.now()
        let failure = decision.isApproved ? Self.change(of: event, under: definitions.current, now) : .deniedAtDesk(decision.reason)
        let change: StateChange
        do throws(StoreError) {
            change = try await store.perform(
                telling: feed, at: now,
                .decide(id, decision, at: now, failure: failure) { event in
                    ConfirmationMessage.failure(of: event, failure ?? .cancelled, at: now)
                })
        } catch { throw Problem(error) }
        if failure == nil { dispatcher.queued() }
        logger.notice(
            "event decided at the desk",
            metadata: [
                "event": "event.decided", "id": "\(id)", "answer": decision.isApproved ? "approved" : "denied",
                "place": "\(decision.place.rawValue)", "state": "\(change.event.state.rawValue)",
            ])
        return try await lookUp(id) ?? EventHistory(event: change.event, attempts: [], confirmation: change.confirmation, approvals: [])
    }

    /// Why an event that was taken may not run any more. Nil if it may; an action that is gone is met by the attempt.
    private static func change(of event: AcceptedEvent, under definitions: Definitions.Snapshot, _ now: Timestamp) -> Failure? {
        do throws(Problem) {
            _ = try EventCheck.recheck(event, under: definitions, now: now)
            return nil
        } catch {
            guard error.code != .unknownEventType else { return nil }
            return Failure(
                error.code.rawValue, "It was approved at the desk, but what is allowed changed while it waited: \(error.detail)", .permanent
            )
        }
    }

    /// What a waiting event would do, were it approved now. Nil if it waits for no answer, or may do nothing any more.
    package func plan(of event: EventRecord) -> ActionPlan? {
        guard event.state == .waiting, event.waitsFor == .approval else { return nil }
        return try? EventCheck.recheck(event.event, under: definitions.current, now: clock.now()).plan
    }

    /// Says what became of an event whose outcome is unknown, and sends the confirmation it owes.
    package func resolve(_ id: EventID, as resolution: Resolution, by identity: Identity) async throws(Problem) -> EventHistory {
        let catalog = definitions.current.catalog
        return try await change(id, by: identity) { now throws(StoreError) in
            let operation = StoreOperation.resolve(id, as: resolution, at: now) { event in
                switch resolution {
                case .succeeded(let result):
                    let type = catalog.action(for: event.event.type)?.confirm ?? event.event.type
                    let payload = result ?? event.event.shownPayload ?? event.event.payload
                    return ConfirmationMessage.success(of: event, type: type, payload: payload, at: now)
                case .failed(let failure): return ConfirmationMessage.failure(of: event, failure, at: now)
                }
            }
            _ = try await store.perform(telling: feed, at: now, operation)
        }
    }

    /// Takes an event that ended without success out of the listings of the queue.
    package func drop(_ id: EventID, by identity: Identity) async throws(Problem) -> EventHistory {
        try await change(id, by: identity) { now throws(StoreError) in
            let operation = StoreOperation.drop(id, at: now) { event in
                ConfirmationMessage.failure(of: event, event.failure ?? .dropped, at: now)
            }
            _ = try await store.perform(operation) { [feed] change in
                if change.before != change.event.state { feed.publish(.changed(change, at: now)) }
                feed.publish(.forgotten([change.event.state: 1]))
            }
        }
    }

    /// Sends an event's type and payload once more as a new event.
    package func replay(_ id: EventID, key: IdempotencyKey, by identity: Identity) async throws(Problem) -> IntakeAnswer {
        let history = try await lookUp(id, for: identity) { .manage(owner: $0) }
        let event = history.event.event
        let draft = EventDraft(type: event.type, key: key, payload: event.payload, format: event.format)
        let answer = try await intake.submit(draft, from: identity)
        if !answer.isReplayed {
            audit.note("replay", "done", subject: id.text, owner: history.event.client, type: event.type, detail: answer.record.id.text)
        }
        return answer
    }

    private func change(
        _ id: EventID, by identity: Identity, _ body: (Timestamp) async throws(StoreError) -> Void
    ) async throws(Problem) -> EventHistory {
        let before = try await lookUp(id, for: identity) { .manage(owner: $0) }
        do throws(StoreError) { try await body(clock.now()) } catch { throw Problem(error) }
        return try await lookUp(id) ?? before
    }

    /// - Throws: `not_found` in the same words for an event that is not there and for one that is not this client's business.
    private func lookUp(_ id: EventID, for identity: Identity, _ verb: (ClientName) -> Gate.Verb) async throws(Problem) -> EventHistory {
        guard let history = try await lookUp(id) else { throw Self.noEvent(id) }
        let verb = verb(history.event.client)
        do throws(Problem) { try gate.check(identity, verb, under: definitions.current.policy.policy) } catch {
            audit.noteRefusal(of: verb.kind.rawValue, subject: id.text, type: history.event.event.type, code: error.code)
            throw error.code == .notFound ? Self.noEvent(id) : error
        }
        return history
    }

    private func lookUp(_ id: EventID) async throws(Problem) -> EventHistory? {
        do throws(StoreError) { return try await store.event(id) } catch { throw Problem(error) }
    }

    private static func noEvent(_ id: EventID) -> Problem {
        Problem(.notFound, "There is no event \(id) for this client. It may have been pruned; see `retention` in deskbridge.yaml.")
    }
}
