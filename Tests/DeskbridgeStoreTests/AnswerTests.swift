import DeskbridgeCore
import Testing

@testable import DeskbridgeStore

/// Answers that are remembered: written with what becomes of the event, and kept without it.
@Suite struct AnswerTests {
    private static let origin = "https://studio.example"

    private func scope(_ rule: String = "abc", _ client: String = "dashboard", _ origin: String? = origin) -> AnswerScope {
        AnswerScope(rule: rule, client: client, origin: origin)
    }

    private func asked(
        _ store: EventStore, _ key: String, _ terms: AnswerTerms?, client: ClientName = Sample.client, until: Timestamp = at(1000)
    ) async throws -> EventRecord {
        try await store.store(try Sample.event(key, client: client), as: .waiting(until: until, remembering: terms))
    }

    private func decision(_ isApproved: Bool = true, reason: String? = nil) -> ApprovalDecision {
        ApprovalDecision(isApproved: isApproved, place: .command, reason: reason)
    }

    /// Has one event asked about, answered and the answer remembered.
    @discardableResult private func remember(
        _ store: EventStore, _ terms: AnswerTerms, _ isApproved: Bool = true, key: String = "k-1", at moment: Timestamp = at(60)
    ) async throws -> RememberedAnswer {
        let record = try await asked(store, key, terms, until: moment + .seconds(1))
        let decided = try await store.decide(
            record.id, decision(isApproved, reason: "why"), at: moment, failure: isApproved ? nil : Sample.failure, remembering: terms,
            confirmation: Sample.confirmation)
        return try #require(decided.remembered)
    }

    @Test(arguments: [true, false], [nil, .seconds(3600)] as [Duration?])
    func anAnswerIsKeptWithAllThatIsToBeKnownOfIt(isApproved: Bool, lifetime: Duration?) async throws {
        try await withLedger { store in
            let terms = AnswerTerms(scope: scope(), lifetime: lifetime)
            let record = try await asked(store, "k-1", terms)
            #expect(try await store.history(record.id).approvals.map(\.remembers) == [terms])
            let decided = try await store.decide(
                record.id, decision(isApproved, reason: "why"), at: at(60), failure: isApproved ? nil : Sample.failure, remembering: terms,
                confirmation: Sample.confirmation)
            let answer = RememberedAnswer(
                number: 1, scope: terms.scope, isApproved: isApproved, answeredAt: at(60), expiresAt: lifetime.map { at(60) + $0 },
                place: .command, reason: "why", event: record.id, type: record.event.type, askedBy: "studio.yaml:2")
            #expect(decided.remembered == answer && decided.change.event.state == (isApproved ? .queued : .failed))
            #expect(try await store.rememberedAnswers() == [answer])
            let approval = try #require(try await store.history(record.id).approvals.first)
            #expect(approval.remembered == 1 && approval.answer == (isApproved ? .approved : .denied))
            let page = try await store.audit(after: 0, limit: 9)
            let verbs = try page.records.map { try JSONParser.parse($0.line)["verb"]?.stringValue }
            #expect(verbs == ["submit", "remember_answer", "approve"] || verbs == ["submit", "remember_answer", "deny", "outcome"])
            var chain = AuditChain(anchor: nil)
            for record in page.records { chain.read(record) }
            chain.finish(lastSeq: page.lastSeq)
            #expect(chain.flaws == [])
        }
    }

    @Test func whatCountsOnceIsNotKept() async throws {
        try await withLedger { store in
            let terms = AnswerTerms(scope: scope(), lifetime: nil)
            let once = try await asked(store, "k-1", terms)
            let decided = try await store.decide(once.id, decision(), at: at(60), failure: nil, confirmation: Sample.confirmation)
            #expect(decided.remembered == nil)
            // It was allowed, but may not run any more.
            let refused = try await asked(store, "k-2", terms)
            let other = try await store.decide(
                refused.id, decision(), at: at(60), failure: Sample.failure, remembering: terms, confirmation: Sample.confirmation)
            #expect(other.remembered == nil && other.change.event.state == .failed)
            // Nobody answered.
            let silent = try await asked(store, "k-3", terms)
            _ = try await store.endOverdueWaits(now: at(1000)) { event in
                WaitEnding(state: .failed, failure: Sample.failure, confirmation: Sample.confirmation(event))
            }
            #expect(try await store.history(silent.id).approvals.map(\.answer) == [.timedOut])
            #expect(try await store.rememberedAnswers().isEmpty)
        }
    }

    /// What could not be answered must not be remembered either.
    @Test func anAnswerThatComesTooLateIsNotRemembered() async throws {
        try await withLedger { store in
            let terms = AnswerTerms(scope: scope(), lifetime: nil)
            let record = try await asked(store, "k-1", terms)
            await #expect(throws: StoreError.self) {
                try await store.decide(
                    record.id, decision(), at: at(1000), failure: nil, remembering: terms, confirmation: Sample.confirmation)
            }
            #expect(try await store.rememberedAnswers().isEmpty)
            #expect(try await store.find(record.id) == record)
        }
    }

    @Test func aNewAnswerTakesThePlaceOfTheOldOneAndNoOther() async throws {
        try await withLedger { store in
            try await remember(store, AnswerTerms(scope: scope(), lifetime: nil))
            try await remember(store, AnswerTerms(scope: scope("abc", "dashboard", nil), lifetime: nil), key: "k-2")
            try await remember(store, AnswerTerms(scope: scope("def"), lifetime: nil), key: "k-3")
            try await remember(store, AnswerTerms(scope: scope(), lifetime: nil), false, key: "k-4")
            let answers = try await store.rememberedAnswers()
            #expect(answers.map(\.number) == [2, 3, 4])
            #expect(answers.map(\.isApproved) == [true, true, false])
        }
    }

    @Test func forgettingIsRecordedAndNumbersAreNeverGivenTwice() async throws {
        try await withLedger { store in
            let answer = try await remember(store, AnswerTerms(scope: scope(), lifetime: nil))
            #expect(try await store.forgetAnswer(99, at: at(70)).isEmpty)
            #expect(try await store.forgetAnswer(answer.number, at: at(70)) == [answer])
            #expect(try await store.forgetAnswer(answer.number, at: at(70)).isEmpty)
            let last = try #require(try await store.audit(after: 0, limit: 99).records.last)
            let record = try JSONParser.parse(last.line)
            #expect(record["verb"] == "forget_answer" && record["subject"] == "answer 1" && record["owner"] == "dashboard")
            #expect(record["detail"] == .string(Self.origin) && record["outcome"] == "done")
            #expect(try await remember(store, AnswerTerms(scope: scope(), lifetime: nil), key: "k-2").number == 2)
        }
    }

    @Test func anAnswerOutlivesItsEventAndItsKey() async throws {
        try await withLedger { store in
            let answer = try await remember(store, AnswerTerms(scope: scope(), lifetime: nil), false)
            let retention = LedgerRetention(events: .zero, count: 0, keys: .zero)
            while try await store.prune(now: at(9_000_000), retention: retention).isFull {}
            _ = try await store.prune(now: at(9_000_000), retention: retention)
            #expect(try await store.record(answer.event) == nil)
            #expect(try await store.rememberedAnswers() == [answer])
        }
    }

    @Test func whatHasExpiredIsRemoved() async throws {
        try await withLedger { store in
            try await remember(store, AnswerTerms(scope: scope(), lifetime: .seconds(60)))
            let kept = try await remember(store, AnswerTerms(scope: scope("def"), lifetime: nil), key: "k-2")
            #expect(try await store.perform(.forgetExpiredAnswers(at: at(60_059))).isEmpty)
            #expect(try await store.perform(.forgetExpiredAnswers(at: at(60_060))).map(\.number) == [1])
            #expect(try await store.rememberedAnswers() == [kept])
        }
    }

    @Test func withTheLastTokenOfAClientGoesWhatWasAnsweredAboutIt() async throws {
        try await withLedger { store in
            func token(
                _ id: String, _ client: ClientName, expiresAt: Timestamp = at(9_000_000), isDesk: Bool = false
            ) -> TokenRecord {
                TokenRecord(
                    id: id, client: client, hash: PayloadFingerprint(of: .string(id)).bytes, origins: [Self.origin], createdAt: at(0),
                    expiresAt: expiresAt, isDesk: isDesk)
            }
            for id in ["t1", "t2"] { try await store.insertToken(token(id, Sample.client)) }
            try await store.insertToken(token("old", Sample.client, expiresAt: at(61)))
            try await store.insertToken(token("t3", .local))
            try await remember(store, AnswerTerms(scope: scope(), lifetime: nil))
            let other = try await remember(store, AnswerTerms(scope: scope("abc", "dashboard2"), lifetime: nil), key: "k-2")
            _ = try await store.revokeTokens(.id("t3"), at: at(70))
            _ = try await store.revokeTokens(.id("t1"), at: at(70))
            #expect(try await store.rememberedAnswers().count == 2)
            // The third one has expired, so nothing is left that could come in.
            _ = try await store.revokeTokens(.id("t2"), at: at(71))
            #expect(try await store.rememberedAnswers() == [other])

            // The console's own sessions come and go.
            let console = AnswerTerms(scope: scope("abc", ClientName.console.text), lifetime: nil)
            try await store.insertToken(token("desk", .console, isDesk: true))
            let record = try await asked(store, "k-3", console, client: .console)
            _ = try await store.decide(
                record.id, decision(), at: at(80), failure: nil, remembering: console, confirmation: Sample.confirmation)
            _ = try await store.revokeTokens(.id("desk"), at: at(90))
            #expect(try await store.rememberedAnswers().count == 2)
        }
    }

    // MARK: Events that wait for the same

    @Test func onlyEventsThatAskForTheSameAreDecidedByAnAnswer() async throws {
        try await withLedger { store in
            let other = try #require(ClientName("other"))
            let terms = AnswerTerms(scope: scope(), lifetime: nil)
            let answer = try await remember(store, terms)
            let same = try await asked(store, "same", terms)
            let strangers = [
                try await asked(store, "page", AnswerTerms(scope: scope("abc", "dashboard", "https://studio.example:8443"), lifetime: nil)),
                try await asked(store, "none", AnswerTerms(scope: scope("abc", "dashboard", nil), lifetime: nil)),
                try await asked(store, "rule", AnswerTerms(scope: scope("def"), lifetime: nil)),
                try await asked(store, "client", AnswerTerms(scope: scope("abc", "other"), lifetime: nil), client: other),
                try await asked(store, "each", nil),
            ]
            #expect(try await store.asking(for: terms.scope).map(\.id) == [same.id])
            #expect(try await store.asking(for: terms.scope, after: same.sequence).isEmpty)
            for stranger in strangers {
                await #expect(throws: StoreError.self) { try await settle(store, stranger, answer) }
                #expect(try await store.find(stranger.id) == stranger)
            }
            let change = try await settle(store, same, answer)
            #expect(change.event.state == .queued)
            #expect(change.event == (try await store.find(same.id)))
            let approval = try #require(try await store.history(same.id).approvals.first)
            #expect(approval.answer == .approved && approval.remembered == answer.number && approval.place == .command)
            #expect(try await store.asking(for: terms.scope).isEmpty)
            let last = try #require(try await store.audit(after: 0, limit: 99).records.last)
            #expect(try JSONParser.parse(last.line)["detail"] == "answer 1")
        }
    }

    @Test func whatIsForgottenReplacedOrExpiredDecidesNothing() async throws {
        try await withLedger { store in
            let terms = AnswerTerms(scope: scope(), lifetime: .seconds(60))
            let first = try await remember(store, terms)
            let waiting = try await asked(store, "k-w", terms, until: at(900_000))
            let second = try await remember(store, terms, false, key: "k-2")
            await #expect(throws: StoreError.self) { try await settle(store, waiting, first) }
            await #expect(throws: StoreError.self) { try await settle(store, waiting, second, at: at(60_060)) }
            _ = try await store.forgetAnswer(second.number, at: at(62))
            await #expect(throws: StoreError.self) { try await settle(store, waiting, second) }
            #expect(try await store.find(waiting.id) == waiting)
        }
    }

    @discardableResult private func settle(
        _ store: EventStore, _ event: EventRecord, _ answer: RememberedAnswer, at moment: Timestamp = at(70)
    ) async throws -> StateChange {
        try await store.perform(
            .decide(event.id, by: answer, at: moment, failure: nil, confirmation: Sample.confirmation))
    }
}
