import DeskbridgeCore
import DeskbridgeStore
import DeskbridgeTestSupport
import Testing

@testable import DeskbridgeEngine

@Suite(.timeLimit(.minutes(1))) struct IntakeTests {
    private let dashboard = Identity(client: Sample.client, origin: "https://studio.example", token: "t1")

    private static let restricted = """
        rules:
          - {allow: [PROBE], clients: [dashboard, local], rate: 2/1m}
          - {ask: [ASKED], clients: ["*"], timeout: 60s}
        """
    private static let secretAction = """
        action: secret
        on: SECRET
        confirm: SECRET_DONE
        parameters:
          name: {type: string, maxLength: 5}
          password: {type: string, secret: true, pattern: "[a-z]+"}
        steps: [{id: one, probe: "{password}"}]
        """

    @Test func anEventIsStoredBeforeItIsAnswered() async throws {
        let bench = try EngineBench()
        try await bench.withEngine {
            let record = try await bench.send("k-1")
            #expect(try await bench.history(record.id).event.event.key.text == "k-1")
            try await bench.probe.next().succeed(["n": 1])
            let end = try await bench.ended(record.id)
            #expect(end.state == .succeeded)
            #expect(end.confirmationSeq == 1)
        }
    }

    @Test func aRepeatedKeyJoinsTheFirstEvent() async throws {
        let bench = try EngineBench()
        try await bench.withEngine {
            let draft = try bench.draft("PROBE", "k-1", ["name": "a"])
            let first = try await bench.bridge.intake.submit(draft, from: dashboard)
            let second = try await bench.bridge.intake.submit(draft, from: dashboard)
            #expect(!first.isReplayed)
            #expect(second.isReplayed)
            #expect(second.record.id == first.record.id)
            #expect(second.confirmation == nil)
            try await bench.probe.next().succeed()
            _ = try await bench.ended(first.record.id)
            let third = try await bench.bridge.intake.submit(draft, from: dashboard)
            #expect(third.confirmation?.body["type"] == "PROBED")
            #expect(bench.probe.labels == ["a"])
        }
    }

    @Test func equalKeysOfTwoClientsAreTwoEvents() async throws {
        let bench = try EngineBench(probe: ProbeHandler { _ in .succeeded(result: [:]) })
        try await bench.withEngine {
            let first = try await bench.send("k-1", from: dashboard)
            let second = try await bench.send("k-1")
            #expect(first.id != second.id)
            _ = try await bench.ended(first.id)
            _ = try await bench.ended(second.id)
        }
    }

    @Test(arguments: [("PROBE", ["name": "b"]), ("OTHER", ["name": "a"])] as [(String, JSONValue)])
    func aKeyWithOtherContentsIsRefused(type: String, payload: JSONValue) async throws {
        let other = EngineBench.probeAction.replacing("action: probe", with: "action: other").replacing("PROBE", with: "OTHER")
        let bench = try EngineBench(
            actions: ["probe": EngineBench.probeAction, "other": other], probe: ProbeHandler { _ in .succeeded(result: [:]) })
        try await bench.withEngine {
            let first = try await bench.send("k-1", payload: ["name": "a"])
            let refusal = try #require(try await bench.refusal(of: "k-1", type: type, payload: payload))
            #expect(refusal.code == .keyReused)
            #expect(refusal.detail.contains(first.id.text))
            _ = try await bench.ended(first.id)
        }
    }

    @Test func whatNoActionServesIsRefusedWithASuggestion() async throws {
        let bench = try EngineBench()
        let refusal = try #require(try await bench.refusal(of: "k-1", type: "PROB"))
        #expect(refusal.code == .unknownEventType)
        #expect(refusal.detail == "No action serves PROB. Did you mean PROBE?")
        #expect(refusal.errors.map(\.pointer) == ["/type"])
        try await bench.store.close()
    }

    @Test func aSuggestionNamesNothingThatTheClientMayNotCause() async throws {
        let bench = try EngineBench(policies: ["p": Self.restricted])
        let stranger = Identity(client: try #require(ClientName("stranger")))
        #expect(try await bench.refusal(of: "k-1", type: "PROB", from: stranger)?.detail == "No action serves PROB.")
        try await bench.store.close()
    }

    @Test func aPolicyDeniesAndLimits() async throws {
        let bench = try EngineBench(policies: ["p": Self.restricted], probe: ProbeHandler { _ in .succeeded(result: [:]) })
        try await bench.withEngine {
            let stranger = Identity(client: try #require(ClientName("stranger")))
            #expect(try await bench.refusal(of: "k-0", from: stranger)?.code == .deniedByPolicy)
            try await bench.send("k-1", from: dashboard)
            try await bench.send("k-2", from: dashboard)
            let refusal = try #require(try await bench.refusal(of: "k-3", from: dashboard))
            #expect(refusal.code == .rateLimited)
            #expect(refusal.retryAfter == .seconds(60))
            #expect(!refusal.detail.contains(".yaml"), "a client is told no file of ours")
            // Each client has its own window.
            try await bench.send("k-3")
            bench.time.pass(.seconds(60))
            try await bench.send("k-3", from: dashboard)
        }
    }

    @Test func anInvalidPayloadIsRefusedWithPointersAndWithoutSecrets() async throws {
        let bench = try EngineBench(actions: ["secret": Self.secretAction])
        let payload: JSONValue = ["name": "too long", "password": "HUNTER2", "extra": 1]
        let refusal = try #require(try await bench.refusal(of: "k-1", type: "SECRET", payload: payload))
        #expect(refusal.code == .invalidEvent)
        #expect(refusal.errors.map(\.pointer) == ["/payload/name", "/payload/password", "/payload/extra"])
        #expect(!"\(refusal)".contains("HUNTER2"))
        #expect(!"\(refusal)".contains("too long"))
        try await bench.store.close()
    }

    @Test func aPlanThatIsRefusedShowsNoSecret() async throws {
        let bench = try EngineBench(actions: ["secret": Self.secretAction])
        let refusal = try #require(
            try await bench.refusal(of: "k-1", type: "SECRET", payload: ["name": "a", "password": "refusehunter"]))
        #expect(refusal.code == .invalidEvent)
        #expect(refusal.errors.first?.code == "invalid_argument")
        #expect(!"\(refusal)".contains("hunter"))
        try await bench.store.close()
    }

    @Test func secretsStayOutOfWhatIsShown() async throws {
        let bench = try EngineBench(actions: ["secret": Self.secretAction])
        try await bench.withEngine {
            let record = try await bench.send("k-1", type: "SECRET", payload: ["name": "a", "password": "hunter"])
            #expect(record.event.shownPayload == ["name": "a", "password": "<secret>"])
            let call = try await bench.probe.next()
            #expect(call.label == "hunter")
            call.succeed()
            _ = try await bench.ended(record.id)
            let history = try await bench.history(record.id)
            #expect(history.confirmation?.body["payload"] == ["name": "a"])
            #expect(history.attempts.first?.plan?.text.contains("hunter") == false)
        }
    }

    @Test func aClosedIntakeTakesNothing() async throws {
        let bench = try EngineBench()
        bench.bridge.intake.close()
        #expect(!bench.bridge.intake.isOpen)
        #expect(try await bench.refusal(of: "k-1")?.code == .shuttingDown)
        try await bench.store.close()
    }

    @Test func aClosedLedgerIsAShutdownForTheClient() async throws {
        let bench = try EngineBench()
        try await bench.store.close()
        #expect(try await bench.refusal(of: "k-1")?.code == .shuttingDown)
    }

    @Test func aKeyThatIsKnownIsAnsweredThoughItsActionIsGone() async throws {
        let bench = try EngineBench(probe: ProbeHandler { _ in .succeeded(result: [:]) })
        try await bench.withEngine {
            let record = try await bench.send("k-1")
            _ = try await bench.ended(record.id)
            try bench.home.write("bridge/actions/probe.yaml", EngineBench.probeAction.replacing("PROBE", with: "NEW"))
            _ = bench.bridge.definitions.reload()
            let answer = try await bench.bridge.intake.submit(try bench.draft("PROBE", "k-1", ["name": "k-1"]), from: .local)
            #expect(answer.isReplayed)
            #expect(answer.record.id == record.id)
            #expect(try await bench.refusal(of: "k-1", payload: ["name": "other"])?.code == .keyReused)
            #expect(try await bench.refusal(of: "k-2")?.code == .unknownEventType)
        }
    }

    @Test func noMoreEventsAreOpenThanTheConfigurationAllows() async throws {
        let bench = try EngineBench { $0.dispatch.queued = 2 }
        try await bench.withEngine {
            let first = try await bench.send("k-1")
            try await bench.send("k-2")
            let refusal = try #require(try await bench.refusal(of: "k-3"))
            #expect(refusal.code == .storageFull)
            #expect(refusal.detail.contains("dispatch.queued"))
            // What is known is answered, and takes no place.
            let repeated = try await bench.bridge.intake.submit(try bench.draft("PROBE", "k-1", ["name": "k-1"]), from: .local)
            #expect(repeated.isReplayed)
            #expect(try await bench.refusal(of: "k-1", payload: ["name": "x"])?.code == .keyReused)
            try await bench.probe.next("k-1").succeed()
            _ = try await bench.ended(first.id)
            let third = try await bench.send("k-3")
            #expect(try await bench.refusal(of: "k-4")?.code == .storageFull)
            try await bench.probe.next("k-2").succeed()
            try await bench.probe.next("k-3").succeed()
            _ = try await bench.ended(third.id)
        }
    }

    @Test func refusedAndRepeatedEventsTakeNoPlace() async throws {
        let bench = try EngineBench { $0.dispatch.queued = 1 }
        try await bench.withEngine {
            for number in 0..<5 { _ = try await bench.refusal(of: "bad-\(number)", payload: ["nam": 1]) }
            let first = try await bench.send("k-1")
            try await bench.probe.next().succeed()
            _ = try await bench.ended(first.id)
            for _ in 0..<5 { try await bench.send("k-1") }
            for _ in 0..<5 { #expect(try await bench.refusal(of: "k-1", payload: ["name": "x"])?.code == .keyReused) }
            let second = try await bench.send("k-2")
            try await bench.probe.next().succeed()
            _ = try await bench.ended(second.id)
        }
    }

    @Test func whatTheLedgerHoldsAtStartCounts() async throws {
        let before = try EngineBench()
        try await before.send("k-1")
        try await before.store.close()
        let after = try EngineBench(in: before.home) { $0.dispatch.queued = 1 }
        try await after.withEngine {
            #expect(try await after.refusal(of: "k-2")?.code == .storageFull)
            let call = try await after.probe.next("k-1")
            call.succeed()
            _ = try await after.ended(call.run.event)
            let second = try await after.send("k-2")
            try await after.probe.next("k-2").succeed()
            _ = try await after.ended(second.id)
        }
    }

    @Test func aFullLedgerRefusesAndGivesItsSlotsBack() async throws {
        let action = EngineBench.probeAction.replacing("{type: string}", with: "{type: string, maxLength: 60000}")
        let bench = try EngineBench(
            actions: ["probe": action], probe: ProbeHandler { _ in .succeeded(result: [:]) }, options: .init(maximumBytes: 2 << 20)
        ) {
            // What runs then cannot be stored either, and need not be waited for.
            $0.dispatch.grace = .zero
        }
        try await bench.withEngine {
            var refusal: Problem?
            for number in 0..<500 where refusal == nil {
                let payload: JSONValue = ["name": .string(String(repeating: "x", count: 30_000) + "\(number)")]
                refusal = try await bench.refusal(of: "k-\(number)", payload: payload)
            }
            #expect(refusal?.code == .storageFull)
        }
        #expect(bench.bridge.dispatcher.slotsTaken == 0)
    }
}
