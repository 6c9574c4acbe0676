import DeskbridgeCore
import DeskbridgeStore
import DeskbridgeTestSupport
import Testing

@testable import DeskbridgeEngine

@Suite(.timeLimit(.minutes(1))) struct RetryTests {
    private static func action(_ more: String, steps: String = "steps: [{id: one, probe: \"{name}\"}]") -> String {
        """
        action: probe
        on: PROBE
        confirm: PROBED
        parameters: {name: {type: string}}
        \(steps)
        \(more)
        """
    }

    private static let twoSteps = """
        steps:
          - {id: one, probe: "first {name}"}
          - {id: two, probe: "second {steps.one.n}"}
        """

    @Test(arguments: [(jitter: 1.0, share: 100), (0.5, 50), (0.0, 0)])
    func aFailureIsTriedAgainAfterGrowingDelays(jitter: Double, share: Int64) async throws {
        let bench = try EngineBench(
            actions: ["probe": Self.action("retry: {attempts: 3, initial: 10m, multiplier: 2, maximum: 1h}")], jitter: jitter)
        try await bench.withEngine {
            let record = try await bench.send("k-1")
            for (attempt, minutes) in [(1, 10), (2, 20)] as [(Int, Int64)] {
                let call = try await bench.probe.next()
                #expect(call.run.attempt == attempt)
                call.fail(.retryable)
                let change = try await bench.reached(.retrying, record.id)
                #expect(change.event.dueAt == bench.time.now + .seconds(minutes * 60 * share / 100))
                #expect(change.event.failure?.code == "probe_failed")
                #expect(change.confirmation == nil)
                bench.time.pass(.seconds(minutes * 60))
                bench.bridge.dispatcher.wake()
            }
            try await bench.probe.next().fail(.retryable)
            let end = try await bench.ended(record.id)
            #expect(end.state == .failed)
            let history = try await bench.history(record.id)
            #expect(history.attempts.map(\.outcome) == [.failed, .failed, .failed])
            #expect(history.confirmation?.body["type"] == "PROBE_FAILED")
            #expect(history.confirmation?.body["attempt"] == 3)
            #expect(history.confirmation?.body["error"]?["code"] == "probe_failed")
        }
    }

    @Test(arguments: [
        (kind: Failure.Kind.permanent, safe: false, state: DeliveryState.failed), (.permanent, true, .failed),
        (.retryable, false, .retrying),
        (.retryable, true, .retrying), (.unknownOutcome, false, .unknown), (.unknownOutcome, true, .retrying),
    ])
    func theKindOfFailureDecides(kind: Failure.Kind, safe: Bool, state: DeliveryState) async throws {
        let steps = "steps: [{id: one, probe: \"{name}\", safeToRepeat: \(safe)}]"
        let bench = try EngineBench(actions: ["probe": Self.action("retry: {initial: 1h, jitter: none}", steps: steps)])
        try await bench.withEngine {
            let record = try await bench.send("k-1")
            let call = try await bench.probe.next()
            #expect(call.run.isSafeToRepeat == safe)
            call.fail(kind)
            let change = try await bench.reached(state, record.id)
            #expect((change.confirmation != nil) == (state == .failed))
        }
    }

    @Test func aRetryGoesOnAtTheStepThatFailed() async throws {
        let bench = try EngineBench(
            actions: ["probe": Self.action("result: {number: \"{steps.one.n}\"}\nretry: {initial: 1s}", steps: Self.twoSteps)])
        try await bench.withEngine {
            let record = try await bench.send("k-1")
            try await bench.probe.next("first k-1").succeed(["n": 42])
            try await bench.probe.next("second 42").fail(.retryable)
            try await bench.reached(.retrying, record.id)
            bench.time.pass(.seconds(5))
            bench.bridge.dispatcher.wake()
            let again = try await bench.probe.next()
            #expect(again.label == "second 42")
            #expect(again.run.attempt == 2)
            again.succeed()
            _ = try await bench.ended(record.id)
            let history = try await bench.history(record.id)
            #expect(history.confirmation?.body["payload"] == ["number": 42])
            #expect(history.attempts.map { $0.steps.map(\.step) } == [["one"], ["two"]])
        }
        #expect(bench.probe.labels == ["first k-1", "second 42", "second 42"])
    }

    @Test func aFailedStepThatIsOptionalDoesNotFailTheEvent() async throws {
        let steps = """
            steps:
              - {id: one, probe: "first {name}", optional: true}
              - {id: two, probe: "second {name}"}
            """
        let bench = try EngineBench(actions: ["probe": Self.action("", steps: steps)])
        try await bench.withEngine {
            let record = try await bench.send("k-1")
            try await bench.probe.next("first k-1").fail(.permanent, "no_desk")
            try await bench.probe.next("second k-1").succeed()
            #expect(try await bench.ended(record.id).state == .succeeded)
            let stored = try await bench.history(record.id).attempts.flatMap(\.steps)
            #expect(stored.map(\.step) == ["one", "two"])
            #expect(stored.first?.result["error"]?["code"] == "no_desk")
        }
    }

    /// On the real clock, with delays as short as a look into the ledger takes: none may fall due unnoticed.
    @Test func noRetryIsForgottenWhateverElseHappens() async throws {
        let probe = ProbeHandler { call in
            call.run.attempt < 4 ? .failed(Failure("again", "Try again", .retryable)) : .succeeded(result: [:])
        }
        let bench = try EngineBench(
            actions: ["probe": Self.action("retry: {attempts: 4, initial: 10ms, maximum: 10ms, jitter: none}")], probe: probe,
            usesRealTime: true)
        try await bench.withEngine {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<100 {
                    group.addTask {
                        let record = try await bench.send("k-\(number)")
                        #expect(try await bench.ended(record.id).state == .succeeded)
                    }
                }
                try await group.waitForAll()
            }
        }
        #expect(bench.probe.labels.count == 400)
    }

    @Test func aPersonMayTryAFailedEventAgain() async throws {
        let bench = try EngineBench(actions: ["probe": Self.action("retry: {attempts: 1}", steps: Self.twoSteps)])
        try await bench.withEngine {
            let record = try await bench.send("k-1")
            try await bench.probe.next().succeed(["n": 1])
            try await bench.probe.next().fail(.retryable)
            #expect(try await bench.ended(record.id).state == .failed)
            let history = try await bench.bridge.desk.retry(record.id, by: .local)
            #expect(history.event.state == .queued || history.event.state == .running)
            let call = try await bench.probe.next()
            #expect(call.label == "second 1")
            #expect(call.run.attempt == 2)
            call.succeed()
            #expect(try await bench.ended(record.id).state == .succeeded)
        }
    }

    @Test func outputAndPlanAreKeptWithTheAttempt() async throws {
        let bench = try EngineBench()
        try await bench.withEngine {
            let record = try await bench.send("k-1")
            let call = try await bench.probe.next()
            call.write("to the one\nand no end")
            call.write("to the other\n", to: .stderr)
            call.succeed()
            _ = try await bench.ended(record.id)
            let attempt = try #require(try await bench.history(record.id).attempts.first)
            #expect(attempt.outputTail.map(\.text) == ["to the one", "to the other", "and no end"])
            #expect(attempt.plan == [["id": "one", "kind": "probe", "plan": ["label": "k-1"]]])
        }
    }

    @Test func parametersThatNoLongerFitEndTheEvent() async throws {
        let bench = try EngineBench()
        try await bench.withEngine {
            let record = try await bench.send("k-1")
            try await bench.probe.next().fail(.retryable)
            try await bench.reached(.retrying, record.id)
            let strict = EngineBench.probeAction.replacing("{type: string}", with: "{type: string, maxLength: 1}")
            try bench.home.write("bridge/actions/probe.yaml", strict)
            #expect(bench.bridge.definitions.reload()?.errors.errors == [])
            bench.time.pass(.seconds(10))
            bench.bridge.dispatcher.wake()
            let end = try await bench.ended(record.id)
            #expect(end.state == .failed)
            #expect(end.failure?.code == "invalid_event")
        }
    }
}
