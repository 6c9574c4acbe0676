import DeskbridgeCore
import DeskbridgeStore
import DeskbridgeTestSupport
import Foundation
import Testing

@testable import DeskbridgeEngine

@Suite(.timeLimit(.minutes(1))) struct ApprovalTests {
    private static let policy = """
        rules:
          - {ask: [PROBE], clients: [studio, local], timeout: 60s}
        """

    private func bench(
        in home: TestHome? = nil, action: String = EngineBench.probeAction, policy: String = policy, time: ManualTime = ManualTime()
    ) throws -> EngineBench {
        try EngineBench(actions: ["probe": action], policies: ["ask": policy], in: home, time: time)
    }

    private func studio(_ token: String = "t") throws -> Identity {
        Identity(client: try #require(ClientName("studio")), origin: "https://studio.example", token: token)
    }

    private func decision(_ isApproved: Bool, _ reason: String? = nil) -> ApprovalDecision {
        ApprovalDecision(isApproved: isApproved, place: .command, reason: reason)
    }

    @Test func anApprovedEventRuns() async throws {
        let bench = try bench()
        try await bench.withEngine {
            let record = try await bench.send("k-1", from: try studio())
            #expect(record.state == .waiting && record.waitsFor == .approval && record.dueAt == bench.time.now + .seconds(60))
            #expect(try await bench.history(record.id).approvals.map(\.answer) == [nil])
            #expect(bench.probe.labels.isEmpty && bench.bridge.dispatcher.slotsTaken == 0)

            bench.time.pass(.seconds(59))
            let history = try await bench.bridge.desk.decide(record.id, decision(true, "go on"), by: .local)
            let approval = try #require(history.approvals.first)
            #expect(approval.rule == "policies/ask.yaml:2" && approval.answer == .approved && approval.place == .command)
            #expect(approval.reason == "go on" && approval.answeredAt == bench.time.now)
            let call = try await bench.probe.next()
            #expect(call.run.attempt == 1)
            call.succeed()
            #expect(try await bench.ended(record.id).state == .succeeded)
        }
    }

    @Test(arguments: [nil, "not today"]) func aDeniedEventFails(reason: String?) async throws {
        let bench = try bench()
        try await bench.withEngine {
            let record = try await bench.send("k-1", from: try studio())
            let history = try await bench.bridge.desk.decide(record.id, decision(false, reason), by: .local)
            #expect(history.event.state == .failed && history.approvals.map(\.answer) == [.denied])
            #expect(history.confirmation?.body["type"] == "PROBE_FAILED")
            #expect(history.confirmation?.body["error"]?["code"] == "denied_at_desk")
            let message = history.confirmation?.body["error"]?["message"]?.stringValue
            #expect(message == "The person at the desk said no" + (reason.map { ": \($0)" } ?? "."))
        }
        #expect(bench.probe.labels.isEmpty)
    }

    @Test func silenceIsANo() async throws {
        let bench = try bench()
        try await bench.withEngine {
            let record = try await bench.send("k-1", from: try studio())
            bench.time.pass(.seconds(60))
            bench.bridge.waits.wake()
            #expect(try await bench.ended(record.id).state == .failed)
            let history = try await bench.history(record.id)
            #expect(history.confirmation?.body["error"]?["code"] == "approval_timeout")
            #expect(history.approvals.map(\.answer) == [.timedOut] && history.approvals.first?.place == nil)
            await #expect(throws: Problem.self) { try await bench.bridge.desk.decide(record.id, decision(true), by: .local) }
        }
        #expect(bench.probe.labels.isEmpty)
    }

    /// A click that comes after a machine slept through the time must not let anything run.
    @Test func anAnswerAfterTheTimeIsNoneEvenIfNobodyLooked() async throws {
        let bench = try bench()
        try await bench.withEngine {
            let record = try await bench.send("k-1", from: try studio())
            bench.time.pass(.seconds(60))
            do throws(Problem) {
                _ = try await bench.bridge.desk.decide(record.id, decision(true), by: .local)
                Issue.record("it was let through")
            } catch { #expect(error.code == .wrongState) }
        }
        #expect(bench.probe.labels.isEmpty)
    }

    @Test func aRestartLeavesTheRestOfTheTime() async throws {
        let time = ManualTime()
        let before = try bench(time: time)
        let first = try await before.send("k-1", from: try studio())
        let second = try await before.send("k-2", from: try studio())
        try await before.store.close()
        time.pass(.seconds(40))

        let after = try bench(in: before.home, time: time)
        try await after.withEngine {
            let replayed = try await after.bridge.intake.submit(
                try after.draft("PROBE", "k-1", ["name": "k-1"]), from: try studio())
            #expect(replayed.isReplayed && replayed.record.id == first.id && replayed.record.state == .waiting)
            _ = try await after.bridge.desk.decide(first.id, decision(true), by: .local)
            try await after.probe.next().succeed()
            time.pass(.seconds(20))
            after.bridge.waits.wake()
            #expect(try await after.ended(second.id).failure?.code == "approval_timeout")
        }
    }

    @Test func noClientDecides() async throws {
        let bench = try bench()
        try await bench.withEngine {
            let record = try await bench.send("k-1", from: try studio())
            let client = try studio()
            for isApproved in [true, false] {
                do throws(Problem) {
                    _ = try await bench.bridge.desk.decide(record.id, decision(isApproved), by: client)
                    Issue.record("the client decided")
                } catch { #expect(error.code == .forbidden) }
            }
            #expect(try await bench.store.record(record.id)?.state == .waiting)
        }
    }

    /// Otherwise a client could undo every no.
    @Test func aClientThatRetriesIsAskedAboutAgain() async throws {
        let bench = try bench()
        try await bench.withEngine {
            let record = try await bench.send("k-1", from: try studio())
            _ = try await bench.bridge.desk.decide(record.id, decision(false), by: .local)
            bench.time.pass(.seconds(5))
            let again = try await bench.bridge.desk.retry(record.id, by: try studio())
            #expect(again.event.state == .waiting && again.event.waitsFor == .approval)
            #expect(again.event.dueAt == bench.time.now + .seconds(60))
            #expect(again.approvals.map(\.answer) == [.denied, nil])
            #expect(bench.probe.labels.isEmpty)

            _ = try await bench.bridge.desk.decide(record.id, decision(true), by: .local)
            try await bench.probe.next().succeed()
            try await bench.reached(.succeeded, record.id)
        }
    }

    @Test func thePersonAtTheDeskRetriesWithoutBeingAsked() async throws {
        let bench = try bench()
        try await bench.withEngine {
            let record = try await bench.send("k-1", from: try studio())
            _ = try await bench.bridge.desk.decide(record.id, decision(false), by: .local)
            _ = try await bench.bridge.desk.retry(record.id, by: .local)
            try await bench.probe.next().succeed()
            try await bench.reached(.succeeded, record.id)
        }
    }

    @Test func aCancelledEventIsNoLongerAskedAbout() async throws {
        let bench = try bench()
        try await bench.withEngine {
            let record = try await bench.send("k-1", from: try studio())
            let history = try await bench.bridge.desk.cancel(record.id, by: try studio())
            #expect(history.event.state == .cancelled && history.approvals.map(\.answer) == [.withdrawn])
            await #expect(throws: Problem.self) { try await bench.bridge.desk.decide(record.id, decision(true), by: .local) }
        }
    }

    @Test func theTimeToLiveMayEndFirst() async throws {
        let bench = try bench(action: EngineBench.probeAction + "\nexpires: 30s")
        try await bench.withEngine {
            let record = try await bench.send("k-1", from: try studio())
            bench.time.pass(.seconds(30))
            bench.bridge.dispatcher.wake()
            #expect(try await bench.ended(record.id).state == .expired)
            #expect(try await bench.history(record.id).approvals.map(\.answer) == [.withdrawn])
        }
    }

    @Test(arguments: [
        ("policies/ask.yaml", "rules: [{deny: [PROBE], clients: [studio]}]\n", "denied_by_policy"),
        ("policies/ask.yaml", "rules: []\n", "denied_by_policy"),
        ("actions/probe.yaml", EngineBench.probeAction.replacing("type: string", with: "type: integer"), "invalid_event"),
    ])
    func whatChangedMeanwhileCounts(file: String, text: String, code: String) async throws {
        let bench = try bench()
        try await bench.withEngine {
            let record = try await bench.send("k-1", from: try studio())
            try text.write(toFile: bench.home.bridge + "/" + file, atomically: true, encoding: .utf8)
            _ = bench.bridge.definitions.reload()
            let history = try await bench.bridge.desk.decide(record.id, decision(true), by: .local)
            #expect(history.event.state == .failed && history.event.failure?.code == code)
            #expect(history.event.failure?.message.hasPrefix("It was approved at the desk, but") == true)
            #expect(history.approvals.map(\.answer) == [.approved])
        }
        #expect(bench.probe.labels.isEmpty)
    }

    @Test func answersFromTwoPlacesAreOneAnswer() async throws {
        let bench = try bench()
        try await bench.withEngine {
            for number in 0..<40 {
                let record = try await bench.send("k-\(number)", from: try studio())
                let answers = await withTaskGroup(of: Bool.self) { group in
                    for isApproved in [true, false] {
                        group.addTask { (try? await bench.bridge.desk.decide(record.id, decision(isApproved), by: .local)) != nil }
                    }
                    return await group.reduce(into: [Bool]()) { $0.append($1) }
                }
                #expect(answers.filter { $0 }.count == 1)
                let isApproved = try await bench.history(record.id).approvals.first?.answer == .approved
                if isApproved { try await bench.probe.next("k-\(number)").succeed() }
                _ = try await bench.ended(record.id)
            }
        }
    }

    @Test func aDryRunSaysThatItWouldAsk() async throws {
        let bench = try bench()
        let dryRun = try await DryRun.run(
            type: "PROBE", payload: ["name": "a"], key: nil, as: try studio(), under: bench.bridge.definitions.current,
            knowing: nil, now: bench.time.now)
        #expect(dryRun.shown["decision"]?["effect"] == "ask")
        #expect(dryRun.shown["decision"]?["timeout"] == "1m")
        #expect(dryRun.shown["plan"]?["action"] == "probe")
    }
}
