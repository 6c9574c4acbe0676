import Testing

@testable import DeskbridgeCore

struct RateWindowTests {
    @Test func aBurstGetsTheWholeRateAndTheSameAgainAfterTheWindow() {
        var window = RateWindow(Rate(count: 60, window: .seconds(10)))
        for round in 0..<3 {
            let start = Duration.seconds(10 * round)
            for _ in 0..<60 { #expect(window.take(now: start) == .allowed) }
            #expect(window.take(now: start) == .refused(retryAfter: .seconds(10)))
            #expect(window.take(now: start + .milliseconds(9999)) == .refused(retryAfter: .milliseconds(1)))
        }
    }

    @Test func whatIsRefusedDoesNotCount() {
        var window = RateWindow(Rate(count: 1, window: .seconds(1)))
        #expect(window.take(now: .zero) == .allowed)
        for tenth in 1..<10 {
            #expect(window.take(now: .milliseconds(100 * tenth)) == .refused(retryAfter: .milliseconds(1000 - 100 * tenth)))
        }
        #expect(window.take(now: .seconds(1)) == .allowed)
    }

    @Test func retryAfterIsWhenThereIsRoomAgain() {
        var window = RateWindow(Rate(count: 2, window: .seconds(10)))
        #expect(window.take(now: .seconds(1)) == .allowed)
        #expect(window.take(now: .seconds(5)) == .allowed)
        #expect(window.take(now: .seconds(6)) == .refused(retryAfter: .seconds(5)))
        #expect(window.take(now: .seconds(11)) == .allowed)
        #expect(window.take(now: .seconds(11)) == .refused(retryAfter: .seconds(4)))
    }

    @Test func aClockThatRunsBackwardsGivesNothingAway() {
        var window = RateWindow(Rate(count: 2, window: .seconds(10)))
        #expect(window.take(now: .seconds(100)) == .allowed)
        #expect(window.take(now: .seconds(50)) == .allowed)
        #expect(window.take(now: .seconds(-1000)) == .refused(retryAfter: .seconds(10)))
        #expect(window.take(now: .seconds(110)) == .allowed)
    }

    /// All streams of a generator against a plain list of what was allowed.
    @Test(arguments: [(3, 1000), (7, 1000), (60, 10_000), (1000, 5000), (1, 16), (5, 1), (40, 17)])
    func noStretchAsLongAsTheWindowEverHasMoreThanTheCount(count: Int, milliseconds: Int) {
        let rate = Rate(count: count, window: .milliseconds(milliseconds))
        for seed in UInt64(1)...8 {
            var random = Sequence64(state: seed)
            var window = RateWindow(rate)
            var now = Duration.zero
            var allowed: [Duration] = []
            for _ in 0..<3000 {
                let isBurst = random.next() % 4 != 0
                let step = isBurst ? 0 : Int64(random.next() % UInt64(max(2, 4_000_000 * milliseconds / count)))
                now += .nanoseconds(step)
                let before = allowed.count { $0 > now - rate.window }
                switch window.take(now: now) {
                case .allowed:
                    allowed.append(now)
                    #expect(before < count)
                case .refused(let retryAfter):
                    #expect(retryAfter > .zero && retryAfter <= rate.window)
                    // At most what happened within a sixteenth of the window before it is counted too long.
                    #expect(allowed.count { $0 > now - rate.window - rate.window / 16 } >= count)
                    var later = window
                    #expect(later.take(now: now + retryAfter) == .allowed)
                }
                if allowed.count > 2 * count + 200 { allowed.removeFirst(100) }
            }
            #expect(!allowed.isEmpty)
        }
    }

    @Test func memoryDoesNotGrowWithWhatIsCounted() {
        var window = RateWindow(Rate(count: 1_000_000, window: .seconds(10)))
        for step in 0..<50_000 { #expect(window.take(now: .milliseconds(step)) == .allowed) }
        #expect(window.slices.count <= 18)
    }
}

struct FailureBudgetTests {
    @Test func failuresAreAnsweredThenSlowedThenRefused() {
        var budget = FailureBudget(Rate(count: 20, window: .seconds(60)))
        var consequences: [FailureBudget.Consequence] = []
        for _ in 0..<22 { consequences.append(budget.fail(now: .seconds(5))) }
        #expect(consequences.prefix(10).allSatisfy { $0 == .answer })
        let delays = [50, 100, 200, 400, 800, 1000, 1000, 1000, 1000, 1000]
        #expect(Array(consequences[10..<20]) == delays.map { .slow(by: .milliseconds($0)) })
        #expect(Array(consequences[20...]) == [.refuse(retryAfter: .seconds(60)), .refuse(retryAfter: .seconds(60))])
    }

    @Test func aBudgetRecovers() {
        var budget = FailureBudget(Rate(count: 2, window: .seconds(60)))
        #expect(budget.fail(now: .zero) == .answer)
        #expect(budget.fail(now: .seconds(30)) == .slow(by: .milliseconds(50)))
        #expect(budget.fail(now: .seconds(31)) == .refuse(retryAfter: .seconds(29)))
        #expect(budget.fail(now: .seconds(60)) == .slow(by: .milliseconds(50)))
        #expect(budget.fail(now: .seconds(200)) == .answer)
    }

    @Test func theSmallestBudgetAnswersOnce() {
        var budget = FailureBudget(Rate(count: 1, window: .seconds(1)))
        #expect(budget.fail(now: .zero) == .answer)
        #expect(budget.fail(now: .zero) == .refuse(retryAfter: .seconds(1)))
    }
}

/// Numbers that look random and are the same each time (xorshift64).
private struct Sequence64 {
    var state: UInt64

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }
}
