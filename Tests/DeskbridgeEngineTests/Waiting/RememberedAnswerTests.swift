import DeskbridgeCore
import DeskbridgeStore
import DeskbridgeTestSupport
import Foundation
import Testing

@testable import DeskbridgeEngine

/// A rule that has answers remembered asks once for each client and page.
@Suite(.timeLimit(.minutes(1))) struct RememberedAnswerTests {
    private static let policy = """
        rules:
          - {ask: [PROBE], clients: [studio, other], timeout: 60s, remember: always}
        """

    private func bench(in home: TestHome? = nil, policy: String = policy, time: ManualTime = ManualTime()) throws -> EngineBench {
        try EngineBench(policies: ["ask": policy], in: home, time: time)
    }

    private func identity(_ client: String = "studio", _ origin: String? = "https://studio.example") throws -> Identity {
        Identity(client: try #require(ClientName(client)), origin: origin, token: "t")
    }

    private func decision(_ isApproved: Bool, once: Bool = false) -> ApprovalDecision {
        ApprovalDecision(isApproved: isApproved, place: .command, isOnce: once)
    }

    private func write(_ policy: String, _ bench: EngineBench) throws {
        try policy.write(toFile: bench.home.bridge + "/policies/ask.yaml", atomically: true, encoding: .utf8)
        _ = bench.bridge.definitions.reload()
    }

    /// Sends an event that asks, and answers.
    @discardableResult private func answer(
        _ bench: EngineBench, _ isApproved: Bool, once: Bool = false, key: String = "k-1", from identity: Identity? = nil
    ) async throws -> EventHistory {
        let record = try await bench.send(key, from: try identity ?? self.identity())
        #expect(record.state == .waiting)
        let history = try await bench.bridge.desk.decide(record.id, decision(isApproved, once: once), by: .local)
        if isApproved {
            try await bench.probe.next(key).succeed()
            try await bench.reached(.succeeded, record.id)
        }
        return history
    }

    private func runs(_ key: String, _ bench: EngineBench, from identity: Identity? = nil) async throws -> EventRecord {
        let record = try await bench.send(key, from: try identity ?? self.identity())
        #expect(record.state != .waiting && record.waitsFor == nil)
        try await bench.probe.next(key).succeed()
        try await bench.reached(.succeeded, record.id)
        return record
    }

    @Test func whatWasAllowedOnceRunsWithoutAQuestion() async throws {
        let bench = try bench()
        try await bench.withEngine {
            #expect(try await answer(bench, true).approvals.map(\.remembered) == [1])
            let second = try await runs("k-2", bench)
            #expect(second.event.rule == "policies/ask.yaml:2, answer 1")
            #expect(try await bench.history(second.id).approvals.isEmpty)
            let submitted = try await bench.store.audit(after: 0, limit: 99).records.compactMap { record -> String? in
                let json = try JSONParser.parse(record.line)
                return json["subject"]?.stringValue == second.id.text && json["verb"] == "submit" ? json["rule"]?.stringValue : nil
            }
            #expect(submitted == ["policies/ask.yaml:2, answer 1"])
        }
    }

    @Test func whatWasDeniedOnceIsDeniedByPolicyInWordsThatSaySo() async throws {
        let bench = try bench()
        try await bench.withEngine {
            let first = try await answer(bench, false)
            let refusal = try #require(try await bench.refusal(of: "k-2", from: try identity()))
            #expect(refusal.code == .deniedByPolicy)
            #expect(refusal.detail.contains("denied client \"studio\" from https://studio.example"))
            #expect(refusal.detail.contains("that is remembered (answer 1)") && refusal.detail.contains("deskbridge policy forget 1"))
            #expect(!refusal.detail.contains("policies/"))
            // Nor is there a way round it.
            await #expect(throws: Problem.self) { try await bench.bridge.desk.retry(first.event.id, by: try identity()) }
            // The owner of the machine may.
            _ = try await bench.bridge.desk.retry(first.event.id, by: .local)
            try await bench.probe.next("k-1").succeed()
        }
    }

    @Test(
        arguments: [
            ("studio", nil), ("studio", "http://studio.example"), ("studio", "https://studio.example:8443"),
            ("studio", "https://Studio.example"), ("studio", "https://studio.example."), ("studio", "https://studio.example/"),
            ("studio", "null"), ("studio", "none"), ("studio", "https://evil.example"), ("other", "https://studio.example"),
        ] as [(String, String?)], [true, false])
    func anotherPageOrClientIsAskedAbout(who: (client: String, origin: String?), isApproved: Bool) async throws {
        let bench = try bench()
        try await bench.withEngine {
            try await answer(bench, isApproved)
            let record = try await bench.send("k-2", from: try identity(who.client, who.origin))
            #expect(record.state == .waiting && record.waitsFor == .approval)
        }
    }

    @Test(arguments: [true, false]) func eventsThatWaitAreDecidedByTheAnswerToOne(isApproved: Bool) async throws {
        let bench = try bench()
        try await bench.withEngine {
            var waiting: [EventRecord] = []
            // More than are looked at in one go.
            for number in 0..<105 { waiting.append(try await bench.send("k-\(number)", from: try identity())) }
            let stranger = try await bench.send("stranger", from: try identity("studio", nil))
            let history = try await bench.bridge.desk.decide(waiting[52].id, decision(isApproved), by: .local)
            #expect(history.approvals.map(\.remembered) == [1])
            for record in waiting {
                if isApproved {
                    try await bench.probe.next(record.event.key.text).succeed()
                    try await bench.reached(.succeeded, record.id)
                } else {
                    #expect(try await bench.ended(record.id).failure?.code == "denied_at_desk")
                }
                let approvals = try await bench.history(record.id).approvals
                #expect(approvals.map(\.answer) == [isApproved ? .approved : .denied] && approvals.map(\.remembered) == [1])
            }
            #expect(try await bench.store.record(stranger.id)?.state == .waiting)
        }
    }

    /// Between the gate and the ledger.
    @Test func anEventThatBeganToWaitWhileTheAnswerWasGivenIsDecidedByIt() async throws {
        let bench = try bench()
        try await bench.withEngine {
            try await answer(bench, true)
            let known = try #require(bench.bridge.answers.current.all.first)
            let terms = AnswerTerms(scope: known.scope, lifetime: nil)
            let late = try EventCheck.check(
                try bench.draft("PROBE", "late", ["name": "late"]), from: try identity(), under: bench.bridge.definitions.current,
                gate: Gate(clock: .system), now: bench.time.now)
            #expect(late.asks != nil && late.remembers == terms)
            guard case .stored(let record) = try await bench.store.accept(late.event, as: .waiting(until: nil, remembering: terms)) else {
                Issue.record("it was not stored")
                return
            }
            bench.bridge.answers.settle(record, for: terms)
            try await bench.probe.next("late").succeed()
            try await bench.reached(.succeeded, record.id)
        }
    }

    /// The answer is on disk with the event it was given to. What else waited is decided when the bridge is back.
    @Test(arguments: [true, false]) func aCrashBetweenTheAnswerAndTheOthersLosesNothing(isApproved: Bool) async throws {
        let time = ManualTime()
        let before = try bench(time: time)
        let first = try await before.send("k-1", from: try identity())
        let second = try await before.send("k-2", from: try identity())
        let terms = try #require(try await before.history(first.id).approvals.last?.remembers)
        _ = try await before.store.decide(
            first.id, decision(isApproved), at: time.now, failure: isApproved ? nil : .deniedAtDesk(nil), remembering: terms
        ) { ConfirmationMessage.failure(of: $0, .deniedAtDesk(nil), at: time.now) }
        #expect(try await before.store.record(second.id)?.state == .waiting)
        try await before.store.close()

        let after = try bench(in: before.home, time: time)
        try await after.withEngine {
            if isApproved {
                for _ in 0..<2 { try await after.probe.next().succeed() }
                try await after.reached(.succeeded, second.id)
                _ = try await runs("k-3", after)
            } else {
                let history = try await after.history(second.id)
                #expect(history.event.failure?.code == "denied_at_desk" && history.confirmation != nil)
                #expect(try await after.refusal(of: "k-3", from: try identity())?.code == .deniedByPolicy)
            }
        }
    }

    @Test func onceIsOnce() async throws {
        let bench = try bench()
        try await bench.withEngine {
            for (number, isApproved) in [true, false].enumerated() {
                let history = try await answer(bench, isApproved, once: true, key: "k-\(number)")
                #expect(history.approvals.map(\.remembered) == [nil])
            }
            #expect(bench.bridge.answers.entries.isEmpty)
            #expect(try await bench.send("k-9", from: try identity()).state == .waiting)
        }
    }

    @Test func silenceAndCancellationAreNotRemembered() async throws {
        let bench = try bench()
        try await bench.withEngine {
            let silent = try await bench.send("k-1", from: try identity())
            let cancelled = try await bench.send("k-2", from: try identity())
            _ = try await bench.bridge.desk.cancel(cancelled.id, by: try identity())
            bench.time.pass(.seconds(60))
            bench.bridge.waits.wake()
            #expect(try await bench.ended(silent.id).failure?.code == "approval_timeout")
            #expect(bench.bridge.answers.entries.isEmpty)
            #expect(try await bench.send("k-3", from: try identity()).state == .waiting)
        }
    }

    @Test func aForgottenAnswerIsAskedForAgain() async throws {
        let bench = try bench()
        try await bench.withEngine {
            try await answer(bench, false)
            let forgotten = try await bench.bridge.answers.forget(1)
            #expect(!forgotten.isApproved)
            do throws(Problem) {
                _ = try await bench.bridge.answers.forget(1)
                Issue.record("it was forgotten twice")
            } catch { #expect(error.code == .notFound) }
            try await answer(bench, true, key: "k-2")
            _ = try await runs("k-3", bench)
            #expect(bench.bridge.answers.entries.map(\.answer.number) == [2])
        }
    }

    @Test func anAnswerLastsAsLongAsItsRuleSays() async throws {
        let bench = try bench(policy: Self.policy.replacing("always", with: "30d"))
        try await bench.withEngine {
            try await answer(bench, true)
            bench.time.pass(.seconds(30 * 86_400 - 1))
            _ = try await runs("k-2", bench)
            bench.time.pass(.seconds(1))
            #expect(bench.bridge.answers.entries.map(\.standing) == [.expired])
            try await answer(bench, true, key: "k-3")
            #expect(bench.bridge.answers.entries.map(\.answer.number) == [2])
            bench.time.pass(.seconds(30 * 86_400))
            try await bench.bridge.answers.forgetExpired()
            #expect(bench.bridge.answers.entries.isEmpty)
            #expect(try await bench.store.rememberedAnswers().isEmpty)
        }
    }

    @Test(arguments: [
        policy.replacing("[PROBE]", with: "[PROBE, DELETE]"), policy.replacing("studio, other", with: "studio"),
        policy.replacing("always", with: "30d"), policy.replacing("60s", with: "59s"),
        policy.replacing("timeout", with: "origins: [\"https://studio.example\"], timeout"),
    ])
    func aRuleThatSaysSomethingElseAsksAnew(changed: String) async throws {
        let bench = try bench()
        try await bench.withEngine {
            try await answer(bench, true)
            try write(changed, bench)
            #expect(bench.bridge.answers.entries.map(\.standing) == [.ruleChanged])
            #expect(try await bench.send("k-2", from: try identity()).state == .waiting)
            // Back in force with the very rule, wherever it stands.
            try write("rules:\n  - {deny: [OTHER], clients: [\"*\"]}\n" + Self.policy.dropFirst("rules:\n".count), bench)
            #expect(bench.bridge.answers.entries.map(\.standing) == [.inForce])
            #expect(try await runs("k-3", bench).event.rule == "policies/ask.yaml:3, answer 1")
        }
    }

    @Test func anAnswerToARuleThatIsGoneIsNotRemembered() async throws {
        let bench = try bench()
        try await bench.withEngine {
            let record = try await bench.send("k-1", from: try identity())
            #expect(await bench.bridge.desk.memory(of: record.id)?.terms.scope.origin == "https://studio.example")
            try write(Self.policy.replacing(", remember: always", with: ""), bench)
            #expect(await bench.bridge.desk.memory(of: record.id) == nil)
            _ = try await bench.bridge.desk.decide(record.id, decision(true), by: .local)
            try await bench.probe.next("k-1").succeed()
            #expect(try await bench.store.rememberedAnswers().isEmpty)
        }
    }

    /// The rules before it decide first, and grants and parameters always.
    @Test func anAnswerOverridesNothingElse() async throws {
        let bench = try bench()
        try await bench.withEngine {
            try await answer(bench, true)
            #expect(try await bench.refusal(of: "refuse", payload: ["name": "refuse me"], from: try identity())?.code == .invalidEvent)
            try write("rules:\n  - {deny: [PROBE], clients: [studio]}\n" + Self.policy.dropFirst("rules:\n".count), bench)
            let refusal = try #require(try await bench.refusal(of: "k-2", from: try identity()))
            #expect(refusal.code == .deniedByPolicy && !refusal.detail.contains("remembered"))
        }
    }

    @Test func theRateOfTheRuleStillCounts() async throws {
        let bench = try bench(policy: Self.policy.replacing("remember", with: "rate: 2/1m, remember"))
        try await bench.withEngine {
            try await answer(bench, true)
            _ = try await runs("k-2", bench)
            #expect(try await bench.refusal(of: "k-3", from: try identity())?.code == .rateLimited)
        }
    }

    @Test func nobodyElseSeesOrForgetsAnswers() throws {
        let bench = try bench()
        let policy = bench.bridge.definitions.current.policy.policy
        #expect(!bench.bridge.gate.allows(try identity(), .forgetAnswer, under: policy))
        #expect(bench.bridge.gate.allows(.local, .forgetAnswer, under: policy))
        #expect(bench.bridge.gate.allows(Identity(client: .console, token: "t", isDesk: true), .forgetAnswer, under: policy))
    }

    @Test func aDryRunAndAnExplanationNameTheAnswer() async throws {
        let bench = try bench()
        try await bench.withEngine {
            let current = bench.bridge.definitions.current
            func decided(_ answers: AnswerBook?) async throws -> (JSONValue?, JSONValue?) {
                let dryRun = try await DryRun.run(
                    type: "PROBE", payload: ["name": "a"], key: nil, as: try identity(), under: current, knowing: answers,
                    now: bench.time.now)
                let explained = await PolicyExplain(
                    type: try #require(EventType("PROBE")), client: try #require(ClientName("studio")), origin: "https://studio.example",
                    payload: nil, at: bench.time.now, in: .system, under: current, knowing: answers)
                return (dryRun.shown["decision"], explained.shown["decision"])
            }
            for decision in [try await decided(bench.bridge.answers.current).0, try await decided(bench.bridge.answers.current).1] {
                #expect(decision?["effect"] == "ask" && decision?["remembered"] == nil)
                #expect(decision?["remember"] == ["client": "studio", "origin": "https://studio.example", "for": "always"])
            }
            #expect(try await decided(nil).0?["remembered"] == "unknown")
            #expect(try await decided(nil).1?["remembered"] == "unknown")
            try await answer(bench, true)
            for decision in [try await decided(bench.bridge.answers.current).0, try await decided(bench.bridge.answers.current).1] {
                #expect(decision?["effect"] == "allow" && decision?["rule"] == "policies/ask.yaml:2, answer 1")
                #expect(decision?["remembered"]?["number"] == 1 && decision?["remembered"]?["answer"] == "approved")
            }
            _ = try await bench.bridge.answers.forget(1)
            try await answer(bench, false, key: "k-2")
            let (dryRun, explained) = try await decided(bench.bridge.answers.current)
            #expect(dryRun?["effect"] == "deny" && dryRun?["reason"]?.stringValue?.contains("answer 2") == true)
            #expect(explained?["effect"] == "deny" && explained?["remembered"]?["number"] == 2)
        }
    }
}
