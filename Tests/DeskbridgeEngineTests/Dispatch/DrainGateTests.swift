import DeskbridgeCore
import Testing

@testable import DeskbridgeEngine

@Suite struct DrainGateTests {
    private let start = Timestamp(milliseconds: 1_800_000_000_000)

    private func gate() -> DrainGate { DrainGate(rate: Rate(count: 5, window: .seconds(1)), startedAt: start) }

    @Test func lookingTakesNothing() {
        let gate = gate()
        for _ in 0..<3 { #expect(gate.room(for: 4, now: .seconds(10)).count == 4) }
    }

    @Test func moreThanTheRateWaitsForTheWindow() {
        var gate = gate()
        let room = gate.room(for: 12, now: .seconds(10))
        #expect(room.count == 5)
        #expect(room.retryAfter == .seconds(1))
        gate.pass(5, now: .seconds(10))
        #expect(gate.room(for: 1, now: .milliseconds(10_500)).count == 0)
        #expect(gate.room(for: 1, now: .milliseconds(10_500)).retryAfter == .milliseconds(500))
        #expect(gate.room(for: 12, now: .seconds(11)).count == 5)
    }

    @Test func whatFitsNamesNoTimeToWait() {
        #expect(gate().room(for: 5, now: .zero).retryAfter == nil)
        #expect(gate().room(for: 0, now: .zero).count == 0)
    }

    @Test func whatFoundNoSlotTakesNothingOfTheRate() {
        var gate = gate()
        gate.pass(2, now: .seconds(10))
        #expect(gate.room(for: 12, now: .seconds(10)).count == 3)
    }

    @Test func afterASleepTheWindowBeginsAnew() {
        var gate = gate()
        gate.pass(5, now: .seconds(10))
        gate.woke(at: start + .seconds(60))
        #expect(gate.wokeAt == start + .seconds(60))
        #expect(gate.room(for: 5, now: .seconds(10)).count == 5)
    }
}
