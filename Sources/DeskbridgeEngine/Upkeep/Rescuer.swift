import DeskbridgeActions
package import DeskbridgeCore
package import DeskbridgeStore
package import Logging

/// Decides, once at start, what becomes of the events that ran when the bridge or the machine died.
///
/// The state folder has one owner, so an event that is still `running` at start is nobody's.
package struct Rescuer: Sendable {
    private let store: EventStore
    private let definitions: Definitions
    private let clock: WallClock
    private let logger: Logger

    package init(store: EventStore, definitions: Definitions, clock: WallClock, logger: Logger) {
        self.store = store
        self.definitions = definitions
        self.clock = clock
        self.logger = logger
    }

    package func run() async throws(StoreError) {
        let now = clock.now()
        let catalog = definitions.current.catalog
        let changes = try await store.rescue(now: now) { event, steps in
            Self.verdict(on: event, finished: Set(steps.map(\.step)), catalog.action(for: event.event.type)?.steps, now: now)
        }
        for change in changes {
            logger.warning(
                "event rescued",
                metadata: ["event": "event.rescued", "id": "\(change.event.id)", "state": "\(change.event.state.rawValue)"])
        }
    }

    /// - Parameter steps: of the action; nil if it is gone.
    static func verdict(
        on event: EventRecord, finished: Set<String>, _ steps: [ActionStep]?, now: Timestamp
    ) -> RescueVerdict {
        if event.cancelRequested {
            return .cancelled(.cancelled, confirmation: ConfirmationMessage.failure(of: event, .cancelled, at: now))
        }
        // Only the first step without a stored result can have been under way: each result is stored before the next step begins.
        guard let steps, let current = steps.first(where: { !finished.contains($0.id) }), !current.isSafeToRepeat else {
            return steps == nil ? .unknown(failure("of an action that is gone")) : .runAgain(dueAt: now)
        }
        return .unknown(failure("\"\(current.id)\""))
    }

    private static func failure(_ step: String) -> Failure {
        Failure(
            "interrupted",
            "The bridge died while the step \(step) ran, and nobody can tell whether it took effect. Look, then use `deskbridge queue resolve` or `retry`.",
            .unknownOutcome)
    }
}
