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

    /// Notes what was done beside the ledger's own changes, which tell of themselves.
    package func note(
        _ verb: String, _ outcome: String, by actor: AuditActor = .current, subject: String? = nil, owner: ClientName? = nil,
        type: EventType? = nil, detail: String? = nil
    ) {
        write(AuditEntry(verb, outcome, at: clock.now(), by: actor, subject: subject, owner: owner, type: type, detail: detail))
    }

    /// Notes that somebody was refused. Of a flood only the first are written, and then how many more there were.
    package func noteRefusal(
        of verb: String, by actor: AuditActor = .current, subject: String? = nil, type: EventType? = nil, rule: String? = nil,
        code: ProblemCode
    ) {
        let now = monotonic.now()
        guard let unwritten = refusals.withLock({ $0.take(by: actor, now: now) }) else { return }
        noteUnwritten(unwritten)
        write(AuditEntry(verb, "denied", at: clock.now(), by: actor, subject: subject, type: type, rule: rule, detail: code.rawValue))
    }

    /// Runs what answers somebody, and notes it if that is a refusal for who they are: any other problem is their own affair.
    package func watching<Answer>(_ verb: String, _ body: () async throws -> Answer) async throws -> Answer {
        do { return try await body() } catch let problem as Problem {
            if [.unauthenticated, .forbidden, .originForbidden, .wrongHost, .rateLimited].contains(problem.code) {
                noteRefusal(of: verb, code: problem.code)
            }
            throw problem
        }
    }

    /// Notes that the bridge stops, after what it still owes.
    package func close() {
        noteUnwritten(refusals.withLock { $0.settle() })
        note("stop", "done", by: .bridge)
    }

    private func noteUnwritten(_ count: Int) {
        if count > 0 { note("refusals", "not_written", by: .bridge, detail: "\(count)") }
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
