package import DeskbridgeCore
package import DeskbridgeStore

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

    package init(
        store: EventStore, definitions: Definitions, gate: Gate, intake: Intake, dispatcher: Dispatcher, running: RunningAttempts,
        feed: Feed, clock: WallClock
    ) {
        self.store = store
        self.definitions = definitions
        self.gate = gate
        self.intake = intake
        self.dispatcher = dispatcher
        self.running = running
        self.feed = feed
        self.clock = clock
    }

    package func event(_ id: EventID, for identity: Identity) async throws(Problem) -> EventHistory {
        try await lookUp(id, for: identity) { .see(owner: $0) }
    }

    /// A page of the events that this identity may see, newest first.
    package func events(
        _ filter: EventFilter, before cursor: Int64?, limit: Int, for identity: Identity
    ) async throws(Problem) -> EventPage {
        var filter = filter
        if !identity.isOwner {
            let owner = filter.client ?? identity.client
            try gate.check(identity, .see(owner: owner), under: definitions.current.policy.policy)
            filter.client = owner
        }
        do throws(StoreError) { return try await store.events(filter, before: cursor, limit: limit) } catch { throw Problem(error) }
    }

    /// Notes that the client has its confirmations up to this number.
    ///
    /// - Returns: how far it has acknowledged now.
    package func acknowledge(upTo seq: Int64, by identity: Identity) async throws(Problem) -> Int64 {
        do throws(StoreError) { return try await store.acknowledge(identity.client, upTo: seq) } catch { throw Problem(error) }
    }

    /// Ends an event: one that waits at once, one that runs as soon as its step has been stopped.
    package func cancel(_ id: EventID, by identity: Identity) async throws(Problem) -> EventHistory {
        try await change(id, by: identity) { now throws(StoreError) in
            try await store.cancel(id, at: now, telling: feed, running)
        }
    }

    /// Queues an event that ended without success once more; it goes on at the step that failed.
    package func retry(_ id: EventID, by identity: Identity) async throws(Problem) -> EventHistory {
        let history = try await change(id, by: identity) { now throws(StoreError) in
            _ = try await store.perform(telling: feed, at: now, .retry(id, now: now))
        }
        dispatcher.queued()
        return history
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
        return try await intake.submit(EventDraft(type: event.type, key: key, payload: event.payload, format: event.format), from: identity)
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
        do throws(Problem) { try gate.check(identity, verb(history.event.client), under: definitions.current.policy.policy) } catch {
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
