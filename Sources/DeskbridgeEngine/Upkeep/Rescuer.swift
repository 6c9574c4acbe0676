package import DeskbridgeActions
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

    /// - Parameter leftovers: what became of the processes that still ran when the bridge began.
    package func run(after leftovers: [Leftover] = []) async throws(StoreError) {
        let now = clock.now()
        let catalog = definitions.current.catalog
        for leftover in leftovers { log(leftover) }
        let changes = try await store.rescue(now: now) { event, steps in
            Self.verdict(
                on: event, finished: Set(steps.map(\.step)), catalog.action(for: event.event.type)?.steps,
                leftover: leftovers.first { $0.event == event.id }, now: now)
        }
        for change in changes {
            logger.warning(
                "event rescued",
                metadata: ["event": "event.rescued", "id": "\(change.event.id)", "state": "\(change.event.state.rawValue)"])
        }
    }

    private func log(_ leftover: Leftover) {
        var metadata: Logger.Metadata = [
            "event": "process.leftover", "id": "\(leftover.event)", "step": "\(leftover.step)", "ended": "\(leftover.ended)",
        ]
        if !leftover.remaining.isEmpty { metadata["remaining"] = "\(Self.list(leftover.remaining))" }
        logger.warning("processes of a step had outlived the bridge", metadata: metadata)
    }

    /// - Parameters:
    ///   - steps: of the action; nil if it is gone.
    ///   - leftover: if processes of the event's step outlived the bridge.
    static func verdict(
        on event: EventRecord, finished: Set<String>, _ steps: [ActionStep]?, leftover: Leftover? = nil, now: Timestamp
    ) -> RescueVerdict {
        if event.cancelRequested {
            return .cancelled(.cancelled, confirmation: ConfirmationMessage.failure(of: event, .cancelled, at: now))
        }
        // What is safe to repeat is not safe beside itself.
        if let leftover, !leftover.remaining.isEmpty { return .unknown(failure(leftover)) }
        // Only the first step without a stored result can have been under way: each result is stored before the next step begins.
        guard let steps, let current = steps.first(where: { !finished.contains($0.id) }), !current.isSafeToRepeat else {
            return steps == nil ? .unknown(failure("of an action that is gone")) : .runAgain(dueAt: now, failure: leftover.map(ended))
        }
        return .unknown(failure("\"\(current.id)\""))
    }

    private static func failure(_ step: String) -> Failure {
        Failure(
            "interrupted",
            "The bridge died while the step \(step) ran, and nobody can tell whether it took effect. Look, then use `deskbridge queue resolve` or `retry`.",
            .unknownOutcome)
    }

    private static func failure(_ leftover: Leftover) -> Failure {
        Failure(
            "interrupted",
            """
            The bridge died while the step "\(leftover.step)" ran, and processes that may be its still run and were not ended: \
            \(list(leftover.remaining)). Look, end them if they are, then use `deskbridge queue resolve` or `retry`.
            """,
            .unknownOutcome)
    }

    private static func ended(_ leftover: Leftover) -> Failure {
        Failure(
            "interrupted",
            """
            The bridge died while the step "\(leftover.step)" ran. What the step had left running was ended \
            (\(leftover.ended) \(leftover.ended == 1 ? "process" : "processes")), and it runs again.
            """,
            .retryable)
    }

    /// The first of them are enough to look.
    private static func list(_ processes: [Int32]) -> String {
        processes.prefix(10).map(String.init).joined(separator: ", ") + (processes.count > 10 ? " and \(processes.count - 10) more" : "")
    }
}
