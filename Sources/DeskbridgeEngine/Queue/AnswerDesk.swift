package import DeskbridgeCore
package import DeskbridgeStore
package import Logging

/// What becomes of remembered answers: they are listed and forgotten, and decide events that waited when they were given.
package struct AnswerDesk: Sendable {
    /// A remembered answer with the rule that it is for.
    package struct Entry: Sendable {
        package enum Standing: String, Sendable {
            case inForce = "in_force"
            case expired
            /// No rule says any more what the one said that asked. The answer counts again if one does.
            case ruleChanged = "rule_changed"
        }

        package let answer: RememberedAnswer
        /// As it stands now.
        package let rule: PolicyRule?
        package let standing: Standing
    }

    let answers: RememberedAnswers
    private let store: EventStore
    private let definitions: Definitions
    private let dispatcher: Dispatcher
    private let feed: Feed
    private let clock: WallClock
    private let logger: Logger

    package init(
        answers: RememberedAnswers, store: EventStore, definitions: Definitions, dispatcher: Dispatcher, feed: Feed, clock: WallClock,
        logger: Logger
    ) {
        self.answers = answers
        self.store = store
        self.definitions = definitions
        self.dispatcher = dispatcher
        self.feed = feed
        self.clock = clock
        self.logger = logger
    }

    /// What the gate knows by now.
    package var current: AnswerBook { answers.current }

    /// All of them, the oldest first. Whether they may be seen is not asked here.
    package var entries: [Entry] {
        let policy = definitions.current.policy.policy
        let now = clock.now()
        return answers.current.all.map { answer in
            let rule = policy.rule(remembering: answer.scope.rule)
            return Entry(
                answer: answer, rule: rule, standing: !answer.isInForce(at: now) ? .expired : rule == nil ? .ruleChanged : .inForce)
        }
    }

    /// The person is asked again. Whether it may be done is not asked here.
    /// - Throws: `not_found`.
    package func forget(_ number: Int64) async throws(Problem) -> RememberedAnswer {
        let forgotten: [RememberedAnswer]
        do throws(StoreError) {
            forgotten = try await store.perform(.forgetAnswer(number, at: clock.now())) { [answers] in answers.remove($0) }
        } catch { throw Problem(error) }
        guard let answer = forgotten.first else {
            throw Problem(.notFound, "No answer \(number) is remembered. See: deskbridge policy answers.")
        }
        logger.notice(
            "answer forgotten", metadata: ["event": "answer.forgotten", "number": "\(number)", "client": "\(answer.scope.client)"])
        return answer
    }

    /// Removes those that count no more.
    func forgetExpired() async throws(StoreError) {
        _ = try await store.perform(.forgetExpiredAnswers(at: clock.now())) { [answers] in answers.remove($0) }
    }

    /// Takes over what the ledger remembers. Also after a change that was made behind its back, such as the end of a client.
    package func recollect() async throws(StoreError) {
        _ = try await store.perform(.rememberedAnswers) { [answers] in answers.replace(with: $0) }
    }

    // MARK: Events that wait

    /// What the answer to an open question will be remembered for: nothing if its rule is gone, or says something else by now.
    package func terms(of question: Approval?) -> AnswerTerms? {
        guard let question, question.answer == nil, let terms = question.remembers,
            definitions.current.policy.policy.rule(remembering: terms.scope.rule) != nil
        else { return nil }
        return terms
    }

    /// Decides the events that a crash kept from being decided by answers which were remembered before it.
    func settleAll() async throws(StoreError) {
        for entry in entries where entry.standing == .inForce { try await settle(by: entry.answer) }
    }

    /// Decides the events that wait for just this answer.
    func settle(by answer: RememberedAnswer) async throws(StoreError) {
        var last: Int64 = 0
        while true {
            let page = try await store.asking(for: answer.scope, after: last)
            // All at once, so that they share a commit.
            await withDiscardingTaskGroup { group in
                for event in page {
                    group.addTask { await withCheckedContinuation { continuation in settle(event, by: answer) { continuation.resume() } } }
                }
            }
            guard let end = page.last?.sequence else { return }
            last = end
        }
    }

    /// The same for an event that began to wait while the answer was being given. Called on the ledger's thread.
    func settle(_ event: EventRecord, for terms: AnswerTerms?) {
        guard let terms, let answer = answers.answer(for: terms.scope, at: clock.now()) else { return }
        settle(event, by: answer) {}
    }

    private func settle(_ event: EventRecord, by answer: RememberedAnswer, done: @escaping @Sendable () -> Void) {
        let now = clock.now()
        let failure =
            answer.isApproved
            ? EventCheck.changeSinceAsked(event.event, under: definitions.current, now: now) : .deniedAtDesk(answer.reason)
        let operation = StoreOperation.decide(event.id, by: answer, at: now, failure: failure) { event in
            ConfirmationMessage.failure(of: event, failure ?? .cancelled, at: now)
        }
        store.enqueue(operation) { result in
            defer { done() }
            switch result {
            case .success(let change):
                feed.publish(.changed(change, at: now))
                if failure == nil { dispatcher.queued() }
                logger.notice(
                    "event decided by a remembered answer",
                    metadata: [
                        "event": "event.decided", "id": "\(event.id)", "answer": answer.isApproved ? "approved" : "denied",
                        "by": "\(answer.name)", "state": "\(change.event.state.rawValue)",
                    ])
            case .failure(let error):
                switch error.kind {
                // It was decided or cancelled meanwhile, or the answer forgotten.
                case .wrongState, .notFound, .closed: break
                default:
                    logger.error(
                        "event could not be decided by a remembered answer; it waits",
                        metadata: ["event": "answer.unsettled", "id": "\(event.id)", "error": "\(error)"])
                }
            }
        }
    }
}
