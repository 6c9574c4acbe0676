import DeskbridgeCore
import Testing

@testable import DeskbridgeStore

@Suite struct RescueTests {
    private static let verdicts: [(RescueVerdict, DeliveryState)] = [
        (.runAgain(dueAt: at(100)), .retrying),
        (.unknown(Failure("interrupted", "It was cut off", .unknownOutcome)), .unknown),
        (.cancelled(nil, confirmation: ["type": "C"]), .cancelled),
        (.failed(Sample.failure, confirmation: ["type": "F"]), .failed),
    ]

    @Test(arguments: verdicts)
    func whatWasRunningIsSettledAsDecided(verdict: RescueVerdict, state: DeliveryState) async throws {
        try await withLedger { store in
            let running = try await store.event("running", in: .running)
            try await store.storeStepResult(event: running.id, step: "one", attempt: 1, result: 1, at: at(5))
            let queued = try await store.event("queued", in: .queued)

            let changes = try await store.rescue(now: at(99)) { record, steps in
                #expect(record.id == running.id)
                #expect(steps.map(\.step) == ["one"])
                return verdict
            }
            let history = try await store.history(running.id)
            #expect(changes.map(\.event) == [history.event])
            #expect(changes.map(\.before) == [.running])
            #expect(history.event.state == state)
            #expect((history.confirmation != nil) == (state == .cancelled || state == .failed))
            #expect(history.attempts.map(\.outcome) == [.interrupted])
            #expect(history.attempts.map(\.endedAt) == [at(99)])
            #expect(try await store.find(queued.id) == queued)
            #expect(try await store.rescue(now: at(99)) { _, _ in verdict }.isEmpty)
        }
    }

    @Test func theWishToCancelOutlivesTheCrash() async throws {
        try await withLedger { store in
            let running = try await store.event(in: .running)
            _ = try await store.requestCancel(running.id, at: at(1), confirmation: Sample.confirmation)
            let changes = try await store.rescue(now: at(9)) { _, _ in .runAgain(dueAt: at(9)) }
            #expect(changes.map(\.event.cancelRequested) == [true])
            #expect(try await store.claimDue(now: at(9), limit: 1).map(\.cancelRequested) == [true])
        }
    }
}
