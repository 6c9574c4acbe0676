package import DeskbridgeCore
package import DeskbridgeStore
package import Logging
internal import Synchronization

/// Adds to the audit what changes nothing else in the ledger: refusals, reloads, starts.
package final class AuditTrail: Sendable {
    private let store: EventStore
    private let clock: WallClock
    private let monotonic: MonotonicClock
    private let logger: Logger
    private let refusals = Mutex(RefusalBudgets())

    package init(store: EventStore, clock: WallClock, monotonic: MonotonicClock, logger: Logger) {
        self.store = store
        self.clock = clock
        self.monotonic = monotonic
        self.logger = logger
    }

    /// Notes something of the bridge itself.
    package func note(_ verb: String, _ outcome: String, subject: String? = nil, detail: String? = nil) {
        write(AuditEntry(verb, outcome, at: clock.now(), by: .bridge, subject: subject, detail: detail))
    }

    /// Notes that somebody was refused. Of a flood only the first are written, and then how many more there were.
    package func noteRefusal(
        of verb: String, by actor: AuditActor = .current, type: EventType? = nil, rule: String? = nil, code: ProblemCode
    ) {
        let now = monotonic.now()
        guard let unwritten = refusals.withLock({ $0.take(by: actor, now: now) }) else { return }
        if unwritten > 0 { note("refusals", "not_written", detail: "\(unwritten)") }
        write(AuditEntry(verb, "denied", at: clock.now(), by: actor, type: type, rule: rule, detail: code.rawValue))
    }

    private func write(_ entry: AuditEntry) {
        store.enqueue(.audit(entry)) { [logger] result in
            guard case .failure(let error) = result else { return }
            logger.error(
                "the audit could not be written", metadata: ["event": "audit.failed", "error": "\(error)", "verb": "\(entry.verb)"])
        }
    }

    /// Writes into the log up to where the chain has come: whoever keeps the log can tell later that nothing of it was cut off.
    package func logHead(_ record: AuditRecord) {
        logger.notice(
            "audit", metadata: ["event": "audit.head", "mark": "\(AuditMark(seq: record.seq, hash: record.hash))"])
    }
}

extension Identity {
    /// Who this is in the audit.
    package func actor(through entrance: AuditActor.Entrance) -> AuditActor {
        AuditActor(
            client: client, identity: isLocal ? .local : isDesk ? .desk : token == nil ? .program : .token, token: token,
            entrance: entrance, origin: origin)
    }
}
