import NIOCore
import NIOEmbedded
import Testing

@testable import WebSocketTransport

@Suite struct ConnectionBudgetTests {
    private func connect(_ budget: ConnectionBudget) -> EmbeddedChannel {
        let channel = EmbeddedChannel()
        channel.pipeline.fireChannelActive()
        _ = try? channel.connect(to: .init(unixDomainSocketPath: "/nowhere")).wait()
        budget.add(channel)
        return channel
    }

    @Test func theStrangerThatHasBeenThereLongestGoes() {
        let budget = ConnectionBudget(strangers: 2, known: 2)
        let channels = (0..<4).map { _ in connect(budget) }
        #expect(channels.map(\.isActive) == [false, false, true, true])
        #expect(budget.counts == (2, 0, 2))
    }

    @Test func whoIsKnownStaysAndTakesNoStrangersPlace() {
        let budget = ConnectionBudget(strangers: 2, known: 2)
        let known = connect(budget)
        #expect(budget.vouch(for: known, of: "a") && budget.vouch(for: known, of: "a"))
        let channels = (0..<5).map { _ in connect(budget) }
        #expect(known.isActive)
        #expect(channels.map(\.isActive) == [false, false, false, true, true])
        #expect(budget.counts == (2, 1, 3))
    }

    @Test func whoIsBeingAnsweredGoesLast() {
        let budget = ConnectionBudget(strangers: 2, known: 2)
        let busy = connect(budget)
        budget.setBeingAnswered(busy, true)
        let silent = (0..<3).map { _ in connect(budget) }
        #expect(busy.isActive && silent.map(\.isActive) == [false, false, true])
        // But all of them busy are no reason to refuse the next.
        budget.setBeingAnswered(silent[2], true)
        _ = connect(budget)
        #expect(!busy.isActive && silent[2].isActive)
    }

    @Test func thereAreOnlySoManyKnownOnesAndAPlaceIsFreeOnceOneLeaves() {
        let budget = ConnectionBudget(strangers: 9, known: 1)
        let (first, second) = (connect(budget), connect(budget))
        #expect(budget.vouch(for: first, of: "a"))
        #expect(!budget.vouch(for: second, of: "a"))
        first.close(promise: nil)
        first.embeddedEventLoop.run()
        #expect(budget.vouch(for: second, of: "a"))
        budget.disown(second)
        #expect(budget.counts == (1, 0, 0))
        #expect(budget.vouch(for: second, of: "a"))
    }

    @Test func whoIsDisownedBeginsAnewAsAStranger() {
        let budget = ConnectionBudget(strangers: 1, known: 1)
        let former = connect(budget)
        #expect(budget.vouch(for: former, of: "a"))
        let other = connect(budget)
        budget.disown(former)
        _ = connect(budget)
        #expect(!other.isActive && former.isActive)
        #expect(budget.shedOne() && !former.isActive)
    }

    @Test func noClientTakesThePlacesOfAllOthers() {
        let budget = ConnectionBudget(strangers: 99, known: 8, ofOneClient: 3)
        let greedy = (0..<5).map { _ in connect(budget) }
        #expect(greedy.map { budget.vouch(for: $0, of: "greedy") } == [true, true, true, false, false])
        #expect(budget.vouch(for: greedy[0], of: "greedy"), "what is vouched for stays so")
        #expect(budget.vouch(for: connect(budget), of: "other"))
        // Its share is free again once one of its connections ends or is disowned.
        greedy[0].close(promise: nil)
        greedy[0].embeddedEventLoop.run()
        #expect(budget.vouch(for: greedy[3], of: "greedy"))
        budget.disown(greedy[1])
        #expect(budget.vouch(for: greedy[4], of: "greedy"))
        #expect(!budget.vouch(for: greedy[1], of: "greedy"))
    }

    @Test func someOfThePlacesAreForThePrivilegedOnly() {
        let budget = ConnectionBudget(strangers: 99, known: 2, ofOneClient: 2, reserved: 1)
        #expect(budget.vouch(for: connect(budget), of: "a") && budget.vouch(for: connect(budget), of: "b"))
        #expect(!budget.vouch(for: connect(budget), of: "c"))
        #expect(budget.vouch(for: connect(budget), of: "desk", isPrivileged: true))
        #expect(!budget.vouch(for: connect(budget), of: "desk", isPrivileged: true))
    }
}
