import DeskbridgeCore
import Testing

@testable import DeskbridgeEngine

@Suite struct OpenEventsTests {
    @Test func onlyEventsWithoutAFinalStateCount() {
        let open = OpenEvents(limit: 10)
        open.start([.queued: 3, .running: 1, .retrying: 2, .waiting: 1, .succeeded: 100, .unknown: 5])
        #expect(open.current == 7)
    }

    @Test func beyondTheLimitNothingIsTaken() throws {
        let open = OpenEvents(limit: 2)
        try open.take()
        try open.take()
        do throws(Problem) {
            try open.take()
            Issue.record("a third was taken")
        } catch {
            #expect(error.code == .storageFull)
            #expect(error.code.status == 507)
        }
        open.giveBack()
        try open.take()
    }

    @Test(arguments: DeliveryState.allCases, DeliveryState.allCases)
    func changesAreFollowed(before: DeliveryState, after: DeliveryState) throws {
        let open = OpenEvents(limit: 10)
        open.start([.queued: 5])
        open.hear(.changed(StateChange(before: before, event: try Sample.record(after)), at: Sample.start))
        let difference = (after.isFinal ? 0 : 1) - (before.isFinal ? 0 : 1)
        #expect(open.current == 5 + difference)
    }
}
