import DeskbridgeActions
package import DeskbridgeCore
package import DeskbridgeStore
package import Logging
import Synchronization

/// Takes events in: checks them against action, policy and grants, and stores them. Answers after the commit.
package final class Intake: Sendable {
    package typealias Reply = @Sendable (Result<IntakeAnswer, Problem>) -> Void

    private let store: EventStore
    private let definitions: Definitions
    private let gate: Gate
    private let dispatcher: Dispatcher
    private let open: OpenEvents
    private let answers: AnswerDesk
    private let feed: Feed
    private let clock: WallClock
    private let audit: AuditTrail
    private let logger: Logger
    private let isClosed = Mutex(false)

    package init(
        store: EventStore, definitions: Definitions, gate: Gate, dispatcher: Dispatcher, open: OpenEvents, answers: AnswerDesk,
        feed: Feed, clock: WallClock, audit: AuditTrail, logger: Logger
    ) {
        self.store = store
        self.definitions = definitions
        self.gate = gate
        self.dispatcher = dispatcher
        self.open = open
        self.answers = answers
        self.feed = feed
        self.clock = clock
        self.audit = audit
        self.logger = logger
    }

    /// Refuses all that comes from now on: the bridge is stopping.
    package func close() { isClosed.withLock { $0 = true } }

    package var isOpen: Bool { !isClosed.withLock { $0 } }

    /// - Parameter reply: is called once. For a stored event that is on the ledger's thread, in the order of the commits
    ///   and before anything else is told about the event; it must not block.
    package func submit(_ draft: EventDraft, from identity: Identity, reply: @escaping Reply) {
        guard isOpen else {
            return reply(.failure(Problem(.shuttingDown, "The bridge is stopping. Send the event again with the same key.")))
        }
        do throws(Problem) {
            let checked = try EventCheck.check(draft, from: identity, under: definitions.current, gate: gate, now: clock.now())
            try open.take()
            store(checked, reply)
        } catch {
            if [.deniedByPolicy, .rateLimited].contains(error.code) {
                audit.noteRefusal(of: Gate.Kind.submit.rawValue, type: draft.type, code: error.code)
            }
            answerRefused(draft, identity, error, reply)
        }
    }

    /// - Throws: ``Problem`` if the event isn't taken.
    package func submit(_ draft: EventDraft, from identity: Identity) async throws(Problem) -> IntakeAnswer {
        let result: Result<IntakeAnswer, Problem> = await withCheckedContinuation { continuation in
            submit(draft, from: identity) { continuation.resume(returning: $0) }
        }
        return try result.get()
    }

    private func store(_ checked: EventCheck.Checked, _ reply: @escaping Reply) {
        let event = checked.event
        if let time = checked.asks { return storeWaiting(event, until: event.acceptedAt + time, remembering: checked.remembers, reply) }
        let place = dispatcher.admit(ConcurrencyGroup(action: event.action, key: event.concurrencyKey), limit: checked.concurrencyLimit)
        store.enqueue(.accept(event, claim: place.isSlot)) { [self] result in
            if case .success(.stored(let record)) = result {
                reply(.success(IntakeAnswer(record: record, isReplayed: false, confirmation: nil)))
                feed.publish(.accepted(record))
                dispatcher.stored(record, at: place)
                logAccepted(record, isReplayed: false)
                return
            }
            dispatcher.withdrawn(place)
            answerUnstored(event, result, reply)
        }
    }

    /// An event that the person at the desk is asked about takes no slot until there is an answer.
    private func storeWaiting(_ event: AcceptedEvent, until: Timestamp, remembering terms: AnswerTerms?, _ reply: @escaping Reply) {
        store.enqueue(.accept(event, as: .waiting(until: until, remembering: terms))) { [self] result in
            guard case .success(.stored(let record)) = result else { return answerUnstored(event, result, reply) }
            reply(.success(IntakeAnswer(record: record, isReplayed: false, confirmation: nil)))
            feed.publish(.accepted(record))
            // It may expire while it waits, which the dispatcher sees to.
            if event.expiresAt != nil { dispatcher.wake() }
            logAccepted(record, isReplayed: false)
            // The answer may have been given since the gate was asked.
            answers.settle(record, for: terms)
        }
    }

    /// Answers for an event that was not stored: its key is known, or the ledger refused it.
    private func answerUnstored(_ event: AcceptedEvent, _ result: Result<IntakeResult, StoreError>, _ reply: Reply) {
        open.giveBack()
        switch result {
        case .success(let known): reply(answer(to: known))
        case .failure(let error):
            reply(.failure(Problem(error)))
            logger.error(
                "event could not be stored",
                metadata: ["event": "event.unstored", "type": "\(event.type)", "client": "\(event.client)", "error": "\(error)"])
        }
    }

    /// An event that is refused today may have been accepted yesterday: then its key still gets the answer it got.
    private func answerRefused(_ draft: EventDraft, _ identity: Identity, _ problem: Problem, _ reply: @escaping Reply) {
        let policy = definitions.current.policy.policy
        guard [.invalidEvent, .unknownEventType, .storageFull].contains(problem.code),
            gate.allows(identity, .see(owner: identity.client), under: policy)
        else { return reply(.failure(problem)) }
        store.enqueue(.find(draft.key, of: identity.client, fingerprint: draft.fingerprint)) { [self] result in
            guard case .success(let known?) = result else { return reply(.failure(problem)) }
            reply(answer(to: known))
        }
    }

    /// The answer to an event whose key is known.
    private func answer(to known: IntakeResult) -> Result<IntakeAnswer, Problem> {
        switch known {
        case .stored(let record): return .success(IntakeAnswer(record: record, isReplayed: false, confirmation: nil))
        case .replayed(let record, let confirmation):
            logAccepted(record, isReplayed: true)
            return .success(IntakeAnswer(record: record, isReplayed: true, confirmation: confirmation))
        case .keyReused(let existing): return .failure(Self.keyReused(existing))
        }
    }

    private static func keyReused(_ existing: EventID) -> Problem {
        Problem(
            .keyReused, "The key belongs to the event \(existing), which has another type or payload. Give each new event a new key.")
    }

    private func logAccepted(_ record: EventRecord, isReplayed: Bool) {
        logger.info(
            "event accepted",
            metadata: [
                "event": isReplayed ? "event.replayed" : "event.accepted", "id": "\(record.id)", "type": "\(record.event.type)",
                "client": "\(record.client)", "rule": "\(record.event.rule)", "state": "\(record.state.rawValue)",
            ])
    }
}

/// What a client is told about an event that was taken.
package struct IntakeAnswer: Sendable {
    package let record: EventRecord
    /// Whether the key was known already, and nothing new will run.
    package let isReplayed: Bool
    /// The confirmation of a replayed event that has ended.
    package let confirmation: Confirmation?
}

extension Problem {
    package init(_ error: StoreError) {
        switch error.kind {
        case .storageFull:
            self.init(.storageFull, "Nothing was stored. \(error.description)")
        case .wrongState: self.init(.wrongState, "\(error.message).")
        case .notFound: self.init(.notFound, error.description)
        case .closed: self.init(.shuttingDown, error.description)
        default: self.init(.internalError, error.description)
        }
    }
}
