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
    private let answers: AnswerDesk
    private let dispatcher: Dispatcher
    private let running: RunningAttempts
    private let feed: Feed
    private let clock: WallClock
    private let audit: AuditTrail
    private let logger: Logger

    package init(
        store: EventStore, definitions: Definitions, gate: Gate, intake: Intake, answers: AnswerDesk, dispatcher: Dispatcher,
        running: RunningAttempts, feed: Feed, clock: WallClock, audit: AuditTrail, logger: Logger
    ) {
        self.store = store
        self.definitions = definitions
        self.gate = gate
        self.intake = intake
        self.answers = answers
        self.dispatcher = dispatcher
        self.running = running
        self.feed = feed
        self.clock = clock
        self.audit = audit
        self.logger = logger
    }

    /// An event's whole life, with what an attempt under way has written so far.
    package func event(_ id: EventID, for identity: Identity) async throws(Problem) -> EventHistory {
        // Taken before the ledger is read: if the attempt ends in between, the ledger has it all.
        let output = running.output(of: id)
        var history = try await lookUp(id, for: identity) { .see(owner: $0) }
        if let output { history.show(output) }
        return history
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
    /// - Throws: `forbidden` for everybody but the owner of the machine while the event is `unknown`: it may have been done.
    package func retry(_ id: EventID, by identity: Identity) async throws(Problem) -> EventHistory {
        let event = try await ending(id, by: identity).event.event
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
            question = checked.asks.map { ApprovalQuestion(rule: checked.event.rule, until: now + $0, remembers: checked.remembers) }
        }
        let asked = question
        let history = try await change(id, by: identity) { now throws(StoreError) in
            _ = try await store.perform(.retry(id, now: now, asking: asked, evenUnknown: identity.isOwner)) { [feed, answers] change in
                feed.publish(.changed(change, at: now))
                // The answer may have been given since the gate was asked.
                answers.settle(change.event, for: asked?.remembers)
            }
        }
        if asked == nil { dispatcher.queued() }
        return history
    }

    /// Answers for the person at the desk: an approved event runs, a denied one fails.
    ///
    /// What would be done is checked once more before it is let through: policies and grants may have changed while it waited.
    /// If its rule has answers remembered, and the decision is not for this time only, the answer decides the events that wait for the same,
    /// and those to come.
    /// - Throws: `wrong_state` unless the event waits for an answer; `forbidden` for everybody but the owner of the machine.
    package func decide(_ id: EventID, _ decision: ApprovalDecision, by identity: Identity) async throws(Problem) -> EventHistory {
        let history = try await lookUp(id, for: identity) { .decide(owner: $0) }
        let now = clock.now()
        let failure =
            decision.isApproved
            ? EventCheck.changeSinceAsked(history.event.event, under: definitions.current, now: now) : .deniedAtDesk(decision.reason)
        let terms = decision.isOnce ? nil : answers.terms(of: history.approvals.last)
        let decided: Decided
        do throws(StoreError) {
            let operation = StoreOperation.decide(id, decision, at: now, failure: failure, remembering: terms) { event in
                ConfirmationMessage.failure(of: event, failure ?? .cancelled, at: now)
            }
            decided = try await store.perform(operation) { [feed, answers] decided in
                if let remembered = decided.remembered { answers.answers.put(remembered) }
                feed.publish(.changed(decided.change, at: now))
            }
        } catch { throw Problem(error) }
        let change = decided.change
        if failure == nil { dispatcher.queued() }
        logger.notice(
            "event decided at the desk",
            metadata: [
                "event": "event.decided", "id": "\(id)", "answer": decision.isApproved ? "approved" : "denied",
                "place": "\(decision.place.rawValue)", "state": "\(change.event.state.rawValue)",
            ])
        if let remembered = decided.remembered { await settleOthers(by: remembered) }
        return try await lookUp(id) ?? EventHistory(event: change.event, attempts: [], confirmation: change.confirmation, approvals: [])
    }

    /// Lets the answer to one event decide those that wait for the same. Should that fail they wait on, and are decided at the next start.
    private func settleOthers(by answer: RememberedAnswer) async {
        do throws(StoreError) { try await answers.settle(by: answer) } catch {
            logger.error(
                "events that wait for a remembered answer could not be decided by it",
                metadata: ["event": "answer.unsettled", "number": "\(answer.number)", "error": "\(error)"])
        }
    }

    /// What the answer to an event will be remembered for, with the rule that asks. Nil if it counts this time only, or asks nothing.
    package func memory(of id: EventID) async -> (terms: AnswerTerms, rule: PolicyRule)? {
        guard let question = try? await store.event(id)?.approvals.last, let terms = answers.terms(of: question),
            let rule = definitions.current.policy.policy.rule(remembering: terms.scope.rule)
        else { return nil }
        return (terms, rule)
    }

    /// What a waiting event would do, were it approved now. Nil if it waits for no answer, or may do nothing any more.
    package func plan(of event: EventRecord) -> ActionPlan? {
        guard event.state == .waiting, event.waitsFor == .approval else { return nil }
        return try? EventCheck.recheck(event.event, under: definitions.current, now: clock.now()).plan
    }

    /// Says what became of an event whose outcome is unknown, and sends the confirmation it owes.
    /// - Throws: `wrong_state` unless it is unknown; `forbidden` for everybody but the owner of the machine.
    package func resolve(_ id: EventID, as resolution: Resolution, by identity: Identity) async throws(Problem) -> EventHistory {
        let catalog = definitions.current.catalog
        return try await change(id, by: identity, isForDesk: true) { now throws(StoreError) in
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
    /// - Throws: `forbidden` for everybody but the owner of the machine while the event is `unknown`.
    package func drop(_ id: EventID, by identity: Identity) async throws(Problem) -> EventHistory {
        _ = try await ending(id, by: identity)
        return try await change(id, by: identity) { now throws(StoreError) in
            let operation = StoreOperation.drop(id, at: now, evenUnknown: identity.isOwner) { event in
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

    /// An event that somebody wants to try again or to drop.
    ///
    /// It may become `unknown` after this look; the ledger looks once more, in the transaction of the change.
    private func ending(_ id: EventID, by identity: Identity) async throws(Problem) -> EventHistory {
        let history = try await lookUp(id, for: identity) { .manage(owner: $0) }
        return history.event.state == .unknown ? try await lookUp(id, for: identity) { .settle(owner: $0) } : history
    }

    private func change(
        _ id: EventID, by identity: Identity, isForDesk: Bool = false,
        _ body: (Timestamp) async throws(StoreError) -> Void
    ) async throws(Problem) -> EventHistory {
        let before = try await lookUp(id, for: identity) { isForDesk ? .settle(owner: $0) : .manage(owner: $0) }
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

extension EventHistory {
    fileprivate mutating func show(_ output: OutputSnapshot) {
        guard let index = attempts.firstIndex(where: { $0.number == output.attempt && $0.endedAt == nil }) else { return }
        attempts[index].outputTail = output.lines
        attempts[index].outputFrom = output.from
    }
}
