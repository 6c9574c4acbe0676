import DeskbridgeCore
import DeskbridgeStore
import DeskbridgeTestSupport
import Testing

@testable import DeskbridgeEngine

@Suite(.timeLimit(.minutes(1))) struct FullLedgerTests {
    private static let twoSteps = """
        action: probe
        on: PROBE
        confirm: PROBED
        parameters: {name: {type: string}}
        steps:
          - {id: one, probe: "first {name}"}
          - {id: two, probe: "second {name}"}
        """
    private static let big = JSONValue.string(String(repeating: "x", count: 30_000))

    /// Fills the ledger with ended events until it takes nothing more.
    private func fill(_ bench: EngineBench) async throws {
        for number in 0..<1000 {
            let sample = try Sample.event("filler-\(number)", payload: Self.big)
            do throws(StoreError) {
                guard case .stored(let record) = try await bench.store.accept(sample, claim: true) else { return }
                try await bench.store.finish(record.id, attempt: 1, AttemptEnd(at: bench.time.now, state: .failed))
            } catch {
                #expect(error.kind == .storageFull)
                return
            }
        }
        Issue.record("the ledger does not fill up")
    }

    private func makeRoom(_ bench: EngineBench) async throws {
        let result = try await bench.store.prune(
            now: bench.time.now + .seconds(86_400), retention: LedgerRetention(events: .zero, count: 0, keys: .seconds(1_000_000)))
        #expect(result.events > 0)
        #expect(result.states.values.reduce(0, +) == result.events)
    }

    @Test func anOutcomeIsStoredThoughTheDiskWasFullForAWhile() async throws {
        let bench = try EngineBench(options: .init(maximumBytes: 2 << 20))
        try await bench.withEngine {
            let record = try await bench.send("k-1")
            let call = try await bench.probe.next()
            try await fill(bench)
            call.write(String(repeating: "a long line of output\n", count: 1000))
            call.succeed(["big": Self.big])
            _ = await bench.logs.first { $0 == "outcome.unstored" }
            #expect(try await bench.history(record.id).event.state == .running)
            let waiting = try #require(bench.bridge.unstored.summary)
            #expect(waiting.count == 1 && waiting.since == bench.time.now)
            #expect(waiting.reason.contains("full"))
            try await makeRoom(bench)
            #expect(try await bench.ended(record.id).state == .succeeded)
            _ = await bench.logs.first { $0 == "outcome.stored" }
            #expect(bench.bridge.unstored.summary == nil)
            #expect(bench.logs.all.count { $0 == "outcome.unstored" } == 1)
        }
        #expect(bench.bridge.dispatcher.slotsTaken == 0)
    }

    @Test func aFinishedStepIsNotRunAgainBecauseItsResultFoundNoRoom() async throws {
        let bench = try EngineBench(actions: ["probe": Self.twoSteps], options: .init(maximumBytes: 2 << 20))
        try await bench.withEngine {
            let record = try await bench.send("k-1")
            let first = try await bench.probe.next()
            try await fill(bench)
            first.succeed(["big": Self.big])
            _ = await bench.logs.first { $0 == "outcome.unstored" }
            try await makeRoom(bench)
            let change = try await bench.reached(.retrying, record.id)
            #expect(change.event.failure?.code == "ledger_unavailable")
            bench.time.pass(.seconds(10))
            bench.bridge.dispatcher.wake()
            try await bench.probe.next().succeed()
            #expect(try await bench.ended(record.id).state == .succeeded)
        }
        #expect(bench.probe.labels == ["first k-1", "second k-1"])
    }

    @Test func aBridgeThatStopsGivesUpOnAFullDiskAndTheNextStartDecides() async throws {
        let bench = try EngineBench(options: .init(maximumBytes: 2 << 20)) { $0.dispatch.grace = .zero }
        let ids = Mailbox<EventID>()
        try await bench.withEngine {
            let record = try await bench.send("k-1")
            ids.put(record.id)
            let call = try await bench.probe.next()
            try await fill(bench)
            call.succeed(["big": Self.big])
            _ = await bench.logs.first { $0 == "outcome.unstored" }
        }
        #expect(bench.logs.all.contains("outcome.lost"))
        #expect(bench.bridge.unstored.summary == nil)
        let id = try #require(await ids.first())
        let next = try EngineBench(in: bench.home)
        try await next.withEngine {
            let history = try await next.history(id)
            #expect(history.event.state == .unknown)
        }
    }
}
