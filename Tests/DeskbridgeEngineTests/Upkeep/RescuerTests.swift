import DeskbridgeActions
import DeskbridgeCore
import DeskbridgeStore
import DeskbridgeTestSupport
import Testing

@testable import DeskbridgeEngine

@Suite(.timeLimit(.minutes(1))) struct RescuerTests {
    private static let yaml = """
        action: probe
        on: PROBE
        confirm: PROBED
        parameters: {name: {type: string}}
        steps:
          - {id: safe, probe: "a", safeToRepeat: true}
          - {id: unsafe, probe: "b"}
          - {id: last, probe: "c", safeToRepeat: true}
        """

    private func steps() throws -> [ActionStep] {
        try ActionFile.parse(YAMLParser.parse(Self.yaml, file: "a.yaml"), handlers: HandlerTable([ProbeHandler()])).steps
    }

    enum Expected { case again, unknown, cancelled }

    @Test(
        arguments: [
            (finished: [], isCancelled: false, isGone: false, expected: .again), (["safe"], false, false, .unknown),
            (["safe", "unsafe"], false, false, .again), (["safe", "unsafe", "last"], false, false, .again), ([], false, true, .unknown),
            ([], true, false, .cancelled), (["safe"], true, false, .cancelled), ([], true, true, .cancelled),
            // The action was changed meanwhile, and its steps have other names.
            (["older"], false, false, .again), (["safe", "older"], false, false, .unknown),
        ] as [(finished: [String], isCancelled: Bool, isGone: Bool, expected: Expected)])
    func theStepThatWasUnderWayDecides(finished: [String], isCancelled: Bool, isGone: Bool, expected: Expected) throws {
        let record = try Sample.record(cancelRequested: isCancelled)
        let verdict = Rescuer.verdict(
            on: record, finished: Set(finished), isGone ? nil : try steps(), now: Sample.start + .seconds(5))
        switch (verdict, expected) {
        case (.runAgain(let dueAt, let failure), .again):
            #expect(dueAt == Sample.start + .seconds(5))
            #expect(failure == nil)
        case (.unknown(let failure, let confirmation), .unknown):
            #expect(failure.kind == .unknownOutcome)
            #expect(confirmation == nil)
        case (.cancelled(_, let confirmation), .cancelled): #expect(confirmation?["error"]?["code"] == "cancelled")
        default: Issue.record("\(verdict) is not \(expected)")
        }
    }

    @Test func whatTheStepHadLeftRunningIsToldWhenItWasEndedAndDecidesWhenItWasNot() throws {
        let record = try Sample.record()
        func verdict(ended: Int, remaining: [Int32]) throws -> RescueVerdict {
            let leftover = Leftover(event: record.id, step: "safe", ended: ended, remaining: remaining)
            return Rescuer.verdict(on: record, finished: [], try steps(), leftover: leftover, now: Sample.start)
        }
        guard case .runAgain(_, let failure?) = try verdict(ended: 3, remaining: []) else { return #expect(Bool(false), "it runs again") }
        #expect(failure.message.contains("3 processes"))
        guard case .unknown(let failure, nil) = try verdict(ended: 3, remaining: [17, 19]) else {
            return #expect(Bool(false), "a step that is safe to repeat is not safe beside itself")
        }
        #expect(failure.kind == .unknownOutcome)
        #expect(failure.message.contains("17, 19"))
    }

    /// The ledger as a crash leaves it: an attempt began, and nothing more was stored.
    private func crashed(_ key: String, finished: [String], cancel: Bool = false, in home: TestHome) async throws -> EventID {
        let bench = try EngineBench(in: home)
        let event = try EventCheck.check(
            try bench.draft("PROBE", key, ["name": "x"]), from: .local, under: bench.bridge.definitions.current, gate: bench.bridge.gate,
            now: bench.time.now
        ).event
        _ = try await bench.store.accept(event, claim: true)
        for step in finished {
            try await bench.store.storeStepResult(event: event.id, step: step, attempt: 1, result: [:], at: bench.time.now)
        }
        if cancel {
            _ = try await bench.store.requestCancel(event.id, at: bench.time.now) { _ in .null }
        }
        try await bench.store.close()
        return event.id
    }

    @Test func afterACrashASafeStepRunsAgainAndAFinishedOneDoesNot() async throws {
        let home = try TestHome(BridgeFiles(actions: ["probe": Self.yaml], policies: ["open": EngineBench.openPolicy]))
        let fresh = try await crashed("k-1", finished: [], in: home)
        let nearlyDone = try await crashed("k-2", finished: ["safe", "unsafe"], in: home)
        let bench = try EngineBench(probe: ProbeHandler { _ in .succeeded(result: [:]) }, in: home)
        try await bench.withEngine {
            for id in [fresh, nearlyDone] {
                let end = try await bench.ended(id)
                #expect(end.state == .succeeded)
                #expect(end.attempt == 2)
            }
            #expect(try await bench.history(fresh).attempts.map(\.outcome) == [.interrupted, .succeeded])
        }
        #expect(bench.probe.labels.sorted() == ["a", "b", "c", "c"])
    }

    @Test func afterACrashAnUnsafeStepIsLeftToAPersonAndACancelledEventIsCancelled() async throws {
        let home = try TestHome(BridgeFiles(actions: ["probe": Self.yaml], policies: ["open": EngineBench.openPolicy]))
        let unsafe = try await crashed("k-1", finished: ["safe"], in: home)
        let cancelled = try await crashed("k-2", finished: ["safe"], cancel: true, in: home)
        let bench = try EngineBench(in: home)
        try await bench.withEngine {
            let history = try await bench.history(unsafe)
            #expect(history.event.state == .unknown)
            #expect(history.event.failure?.message.contains("\"unsafe\"") == true)
            #expect(history.confirmation == nil)
            #expect(try await bench.history(cancelled).event.state == .cancelled)
            #expect(try await bench.history(cancelled).confirmation?.body["type"] == "PROBE_FAILED")

            let failed = try await bench.bridge.desk.resolve(
                unsafe, as: .failed(Failure("looked", "It was not there", .permanent)), by: .local)
            #expect(failed.confirmation?.body["error"]?["code"] == "looked")
        }
        #expect(bench.probe.labels.isEmpty)
    }
}
