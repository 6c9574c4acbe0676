package import DeskbridgeCore
package import DeskbridgeStore
package import Logging
import ServiceLifecycle

/// Removes what is past its retention: at start, and every hour.
package struct Pruner: Service {
    private static let interval = Duration.seconds(3600)

    private let store: EventStore
    private let answers: AnswerDesk
    private let retention: RetentionConfiguration
    private let feed: Feed
    private let clock: WallClock
    private let logger: Logger

    package init(store: EventStore, answers: AnswerDesk, retention: RetentionConfiguration, feed: Feed, clock: WallClock, logger: Logger) {
        self.store = store
        self.answers = answers
        self.retention = retention
        self.feed = feed
        self.clock = clock
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await prune()
                try? await Task.sleep(for: Self.interval)
            }
        }
    }

    private func prune() async {
        do throws(StoreError) {
            let kept = LedgerRetention(events: retention.events, count: retention.count, keys: retention.keys)
            var count = 0
            while !Task.isCancelled {
                let result = try await store.perform(.prune(now: clock.now(), retention: kept)) { [feed] result in
                    if result.events > 0 { feed.publish(.forgotten(result.states)) }
                }
                count += result.events
                if !result.isFull { break }
            }
            try await answers.forgetExpired()
            let now = clock.now()
            while !Task.isCancelled {
                let forgotten = try await store.pruneAudit(
                    before: now + (.zero - retention.audit), keeping: retention.auditRecords, now: now)
                if forgotten == 0 { break }
            }
            if count > 0 { logger.info("old events removed", metadata: ["event": "ledger.pruned", "count": "\(count)"]) }
        } catch {
            logger.error("old events could not be removed", metadata: ["event": "ledger.prune_failed", "error": "\(error)"])
        }
    }
}
