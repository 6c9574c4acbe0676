import Testing

@testable import WebSocketTransport

@Suite struct BacklogTests {
    private static let second = Duration.seconds(1)

    private func backlog(places: Int, admissions: Int = 1, replacements: Int = 1000) -> Backlog {
        Backlog(
            places: places, patience: .seconds(10), admissions: Pace(perSecond: 1, burst: admissions),
            replacements: Pace(perSecond: 1, burst: replacements))
    }

    @Test func whoHasStoodThereLongestGivesUpItsPlace() {
        var backlog = backlog(places: 2)
        #expect(backlog.arrived(1, now: .zero) == [])
        #expect(backlog.arrived(2, now: .zero) == [])
        backlog.began(1)
        #expect(backlog.arrived(3, now: .zero) == [.close(1)])
        backlog.left(2)
        #expect(backlog.arrived(4, now: .zero) == [])
        #expect(backlog.arrived(5, now: .zero) == [.close(3)])
    }

    @Test func placesChangeHandsOnlySoOften() {
        var backlog = backlog(places: 1, replacements: 2)
        #expect(backlog.nextArrival(now: .zero) == .zero)
        _ = backlog.arrived(1, now: .zero)
        _ = backlog.arrived(2, now: .zero)
        #expect(backlog.nextArrival(now: .zero) <= .zero)
        _ = backlog.arrived(3, now: .zero)
        #expect(backlog.nextArrival(now: .zero) == Self.second)
        // Not when there is room.
        backlog.left(3)
        #expect(backlog.nextArrival(now: .zero) == .zero)
    }

    @Test func strangersComeInAtTheirPaceAndTheLatestFirst() {
        var backlog = backlog(places: 9, admissions: 2)
        for caller in 1...5 as ClosedRange<UInt64> { _ = backlog.arrived(caller, now: .zero) }
        #expect(backlog.asked(1, now: .zero) == [.admit(1)])
        #expect(backlog.asked(2, now: .zero) == [.admit(2)])
        #expect(backlog.asked(3, now: .zero) == [])
        #expect(backlog.asked(4, now: .zero) == [])
        #expect(backlog.asked(5, now: .zero) == [])
        #expect(backlog.nextDue == Self.second)
        #expect(backlog.due(now: Self.second / 2) == [])
        #expect(backlog.due(now: Self.second) == [.admit(5)])
        backlog.left(4)
        #expect(backlog.due(now: Self.second * 3) == [.admit(3)])
        #expect(backlog.due(now: Self.second * 9) == [])
    }

    @Test func whoAsksTwiceIsHeardOnce() {
        var backlog = backlog(places: 9, admissions: 1)
        for caller in 1...2 as ClosedRange<UInt64> { _ = backlog.arrived(caller, now: .zero) }
        #expect(backlog.asked(1, now: .zero) == [.admit(1)])
        #expect(backlog.asked(1, now: .zero) == [])
        #expect(backlog.asked(2, now: .zero) == [])
        #expect(backlog.asked(2, now: .zero) == [])
        #expect(backlog.due(now: Self.second * 5) == [.admit(2)])
    }

    /// What becomes of a caller that has got this far when its time is over.
    @Test(arguments: [("silent", Backlog.Action.close(1)), ("begun", .answerTimeout(1)), ("waiting", .answerBusy(1))])
    func patienceEnds(_ stage: String, _ expected: Backlog.Action) {
        var backlog = Backlog(
            places: 99, patience: .seconds(10), admissions: Pace(perSecond: 1, burst: 1), replacements: Pace(perSecond: 1, burst: 1))
        _ = backlog.arrived(1, now: .zero)
        if stage == "begun" { backlog.began(1) }
        if stage == "waiting" {
            // Somebody else takes each turn.
            for caller in 100...120 as ClosedRange<UInt64> { _ = backlog.arrived(caller, now: .zero) }
            _ = backlog.asked(100, now: .zero)
            _ = backlog.asked(1, now: .zero)
            for number in 1...20 {
                let caller = UInt64(100 + number)
                _ = backlog.asked(caller, now: .zero)
            }
            for number in 1...9 { #expect(backlog.due(now: Self.second * number).count == 1) }
        }
        #expect(backlog.due(now: .milliseconds(9999)) == [])
        #expect(backlog.due(now: .seconds(10)).contains(expected))
    }

    @Test func whoWasAnsweredGoesSoon() {
        var backlog = backlog(places: 9)
        _ = backlog.arrived(1, now: .zero)
        backlog.began(1)
        backlog.answered(1, now: Self.second)
        #expect(backlog.isLeaving(1))
        #expect(backlog.asked(1, now: Self.second) == [])
        #expect(backlog.due(now: .milliseconds(1999)) == [])
        #expect(backlog.due(now: Self.second * 2) == [.close(1)])
        #expect(backlog.nextDue == nil)
    }

    @Test func nothingIsKeptOfThoseWhoWent() {
        var backlog = backlog(places: 100_000, admissions: 1)
        for caller in 1...100_000 as ClosedRange<UInt64> {
            _ = backlog.arrived(caller, now: .zero)
            _ = backlog.asked(caller, now: .zero)
            backlog.left(caller)
        }
        #expect(backlog.remembered < 1000)
    }
}
