import DeskbridgeCore
import DeskbridgeTestSupport
import Testing

@testable import DeskbridgeEngine

@Suite struct AdmissionsTests {
    private static let group = ConcurrencyGroup(action: "render", key: "a")
    private var group: ConcurrencyGroup { Self.group }

    /// As it stands once the ledger was found empty.
    private func idle(total: Int = 4) -> Admissions {
        var admissions = Admissions(slots: Slots(total: total))
        let look = admissions.beginLook()
        admissions.end(look, isLeft: false)
        return admissions
    }

    @Test func beforeTheFirstLookEverythingQueues() {
        var admissions = Admissions(slots: Slots(total: 4))
        let found1 = admissions.admit(group, limit: nil)
        #expect(found1 == .queue)
    }

    @Test func anIdleBridgeGivesANewEventItsSlotAtOnce() {
        var admissions = idle()
        let found2 = admissions.admit(group, limit: nil)
        #expect(found2 == .slot(group))
        #expect(admissions.claiming == 1)
        admissions.stored(.slot(group))
        #expect(admissions.claiming == 0)
        #expect(admissions.slots.running == 1)
        admissions.release(group)
        #expect(admissions.slots.running == 0)
    }

    @Test func nothingOvertakesAnEventThatIsOnItsWayIntoTheQueue() {
        var admissions = idle(total: 1)
        let found3 = admissions.admit(group, limit: nil)
        #expect(found3 == .slot(group))
        let found4 = admissions.admit(group, limit: nil)
        #expect(found4 == .queue)
        // The slot is free again, but the second event is not even stored yet.
        admissions.stored(.slot(group))
        admissions.release(group)
        let found5 = admissions.admit(group, limit: nil)
        #expect(found5 == .queue)
    }

    @Test func whatIsQueuedDuringALookIsNotForgottenByIt() {
        var admissions = idle()
        let look = admissions.beginLook()
        let found6 = admissions.admit(group, limit: nil)
        #expect(found6 == .queue)
        admissions.stored(.queue)
        admissions.end(look, isLeft: false)
        #expect(admissions.hasBacklog)
    }

    @Test func aSlotWhoseEventWasNotStoredIsFreeAgain() {
        var admissions = idle(total: 1)
        let place = admissions.admit(group, limit: nil)
        admissions.withdrawn(place)
        #expect(admissions.slots.running == 0)
        #expect(admissions.claiming == 0)
        let found7 = admissions.admit(group, limit: nil)
        #expect(found7 == .slot(group))
    }

    @Test func aQueuedEventThatWasNotStoredHoldsNobodyUp() {
        var admissions = idle(total: 1)
        _ = admissions.admit(group, limit: nil)
        let place = admissions.admit(group, limit: nil)
        admissions.withdrawn(place)
        admissions.stored(.slot(group))
        admissions.release(group)
        let found8 = admissions.admit(group, limit: nil)
        #expect(found8 == .slot(group))
    }

    @Test func aStoppingBridgeGivesNoSlots() {
        var admissions = idle()
        admissions.close()
        let found9 = admissions.admit(group, limit: nil)
        #expect(found9 == .queue)
    }

    /// Plays the ledger, its writer and the dispatcher in every order that they may meet in.
    @Test(arguments: 1...40 as ClosedRange<UInt64>) func noEventOvertakesAnotherOfItsGroup(seed: UInt64) {
        var play = Play(seed: seed)
        for _ in 0..<2000 { play.step() }
        play.finish()
        #expect(play.mistakes == [])
        #expect(play.admissions.slots.running == 0)
        #expect(play.started == play.sent)
    }

    private struct Play {
        struct Event {
            let number: Int
            let group: ConcurrencyGroup
        }

        enum LookStage {
            case begun(Admissions.Look)
            case claimed(Admissions.Look)
            case read(Admissions.Look, isLeft: Bool)
        }

        static let limit = 2
        var admissions = Admissions(slots: Slots(total: 3))
        var sent = 0
        var started = 0
        var mistakes: [String] = []
        private var next = 0
        private var generator: SeededGenerator
        private var lastStarted: [ConcurrencyGroup: Int] = [:]
        /// In the order in which the writer commits them.
        private var onTheirWay: [(event: Event, place: Admissions.Place)] = []
        private var queued: [Event] = []
        private var running: [Event] = []
        private var look: LookStage?
        private var mustLook = true

        init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

        mutating func step() {
            switch Int.random(in: 0..<6, using: &generator) {
            case 0, 1: send()
            case 2: commit()
            case 3: endOne()
            default: goOnLooking()
            }
        }

        mutating func finish() {
            for _ in 0..<100_000 where !(onTheirWay.isEmpty && queued.isEmpty && running.isEmpty && look == nil) {
                commit()
                goOnLooking()
                endOne()
            }
        }

        private mutating func send() {
            let group = ConcurrencyGroup(action: "render", key: ["a", "b"].randomElement(using: &generator))
            let event = Event(number: next, group: group)
            next += 1
            sent += 1
            onTheirWay.append((event, admissions.admit(group, limit: Self.limit)))
        }

        private mutating func commit() {
            guard !onTheirWay.isEmpty else { return }
            let (event, place) = onTheirWay.removeFirst()
            if Int.random(in: 0..<10, using: &generator) == 0 {
                sent -= 1
                admissions.withdrawn(place)
                if admissions.hasBacklog { mustLook = true }
                return
            }
            if place.isSlot { start(event) } else { queued.append(event) }
            admissions.stored(place)
            if !place.isSlot { mustLook = true }
        }

        private mutating func goOnLooking() {
            switch look {
            case nil where mustLook:
                mustLook = false
                look = .begun(admissions.beginLook())
            case nil: break
            case .begun(let begun):
                let slots = admissions.slots
                var taken: [ConcurrencyGroup: Int] = [:]
                for event in queued where taken.values.reduce(0, +) < slots.free {
                    guard taken[event.group, default: 0] < slots.room(in: event.group, limit: Self.limit) else { continue }
                    taken[event.group, default: 0] += 1
                    queued.removeAll { $0.number == event.number }
                    admissions.occupy(event.group)
                    start(event)
                }
                look = .claimed(begun)
            case .claimed(let begun): look = .read(begun, isLeft: !queued.isEmpty)
            case .read(let begun, let isLeft):
                admissions.end(begun, isLeft: isLeft)
                look = nil
            }
        }

        private mutating func start(_ event: Event) {
            if let last = lastStarted[event.group], last > event.number { mistakes.append("\(event.number) after \(last)") }
            lastStarted[event.group] = event.number
            running.append(event)
            started += 1
            if admissions.slots.running > admissions.slots.total { mistakes.append("more than the total") }
            if running.count(where: { $0.group == event.group }) > Self.limit { mistakes.append("more than the limit") }
        }

        private mutating func endOne() {
            guard let index = running.indices.randomElement(using: &generator) else { return }
            admissions.release(running.remove(at: index).group)
            if admissions.hasBacklog { mustLook = true }
        }
    }
}
