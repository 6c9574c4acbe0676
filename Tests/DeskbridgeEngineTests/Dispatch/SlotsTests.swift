import DeskbridgeCore
import Testing

@testable import DeskbridgeEngine

@Suite struct SlotsTests {
    private let group = ConcurrencyGroup(action: "render", key: "a")
    private let other = ConcurrencyGroup(action: "render", key: "b")

    @Test func noMoreThanTheTotalAreTaken() {
        var slots = Slots(total: 2)
        let found1 = slots.take(group, limit: nil)
        #expect(found1)
        let found2 = slots.take(group, limit: nil)
        #expect(found2)
        let found3 = slots.take(other, limit: nil)
        #expect(!found3)
        #expect(slots.free == 0)
        slots.release(group)
        let found4 = slots.take(other, limit: nil)
        #expect(found4)
    }

    @Test func aGroupTakesNoMoreThanItsLimit() {
        var slots = Slots(total: 10)
        let found5 = slots.take(group, limit: 1)
        #expect(found5)
        let found6 = slots.take(group, limit: 1)
        #expect(!found6)
        let found7 = slots.take(other, limit: 1)
        #expect(found7)
        #expect(slots.saturated { _ in 1 }.count == 2)
        #expect(slots.saturated { $0 == other ? 2 : 1 } == [group])
        #expect(slots.saturated { _ in nil }.isEmpty)
    }

    @Test(arguments: [(limit: nil, occupied: 3, room: Int.max), (2, 0, 2), (2, 1, 1), (2, 2, 0), (2, 5, 0)])
    func roomIsWhatTheLimitLeaves(limit: Int?, occupied: Int, room: Int) {
        var slots = Slots(total: 100)
        for _ in 0..<occupied { slots.occupy(group) }
        #expect(slots.room(in: group, limit: limit) == room)
    }

    @Test func aTotalThatWasExceededLeavesNothingFree() {
        var slots = Slots(total: 1)
        slots.occupy(group)
        slots.occupy(group)
        #expect(slots.free == 0)
        slots.release(group)
        #expect(slots.free == 0)
        slots.release(group)
        #expect(slots.free == 1)
        #expect(slots.saturated { _ in 1 }.isEmpty)
    }
}
