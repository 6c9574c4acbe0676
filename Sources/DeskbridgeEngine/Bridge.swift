import DeskbridgeActions
package import DeskbridgeCore
package import DeskbridgeStore
package import Logging
package import ServiceLifecycle

/// The parts of a running bridge, put together.
package struct Bridge: Sendable {
    package let configuration: BridgeConfiguration
    package let store: EventStore
    package let definitions: Definitions
    package let gate: Gate
    package let audit: AuditTrail
    package let feed: Feed
    package let intake: Intake
    package let desk: EventDesk
    package let dispatcher: Dispatcher
    package let running: RunningAttempts
    package let waits: Waits
    package let clock: WallClock
    package let monotonic: MonotonicClock
    package let startedAt: Timestamp
    package let logger: Logger
    private let open: OpenEvents

    /// - Parameter waitSources: know when what events wait for has come. A wait that none of them covers lasts as long as it may.
    package init(
        configuration: BridgeConfiguration, store: EventStore, definitions: Definitions, waitSources: [any WaitSource] = [],
        clock: WallClock = .system,
        monotonic: MonotonicClock = .system, jitter: @escaping @Sendable () -> Double = { Double.random(in: 0...1) }, logger: Logger
    ) {
        self.configuration = configuration
        self.store = store
        self.definitions = definitions
        self.clock = clock
        self.monotonic = monotonic
        self.logger = logger
        startedAt = clock.now()
        gate = Gate(clock: monotonic)
        audit = AuditTrail(store: store, clock: clock, monotonic: monotonic, logger: logger)
        feed = Feed()
        running = RunningAttempts()
        open = OpenEvents(limit: configuration.dispatch.queued)
        // For as long as there is the bridge, so the end of the subscription is never asked for.
        _ = feed.listen { [open] in open.hear($0) }
        let attempt = Attempt(
            store: store, definitions: definitions, feed: feed, running: running, clock: clock, jitter: jitter,
            longestWait: configuration.dispatch.wait, logger: logger)
        dispatcher = Dispatcher(
            store: store, attempt: attempt, definitions: definitions, running: running, feed: feed, clock: clock,
            monotonic: monotonic, configuration: configuration.dispatch, logger: logger)
        waits = Waits(store: store, dispatcher: dispatcher, feed: feed, clock: clock, sources: waitSources, logger: logger)
        intake = Intake(
            store: store, definitions: definitions, gate: gate, dispatcher: dispatcher, open: open, feed: feed, clock: clock,
            audit: audit, logger: logger)
        desk = EventDesk(
            store: store, definitions: definitions, gate: gate, intake: intake, dispatcher: dispatcher, running: running, feed: feed,
            clock: clock, audit: audit, logger: logger)
    }

    /// Decides what becomes of what ran when the bridge last ended, and counts what is open. Run it once, before the services.
    package func rescue() async throws(StoreError) {
        try await Rescuer(store: store, definitions: definitions, clock: clock, logger: logger).run()
        open.start(try await store.counts())
        audit.logHead(
            try await store.audit(
                AuditEntry("start", "done", at: clock.now(), by: .bridge, detail: definitions.current.digests)))
    }

    /// What has to run beside the server, in the order in which it starts; it stops in reverse.
    package var services: [any Service] {
        [
            Pruner(store: store, retention: configuration.retention, feed: feed, clock: clock, logger: logger),
            DefinitionsWatcher(definitions: definitions, logger: logger) { [dispatcher, audit, definitions] in
                let current = definitions.current
                audit.note("reload", current.errors.isEmpty ? "done" : "refused", detail: current.digests)
                dispatcher.wake()
            },
            dispatcher, waits,
        ]
    }
}
