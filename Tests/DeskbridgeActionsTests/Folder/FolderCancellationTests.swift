import DeskbridgeCore
import Synchronization
import Testing

@testable import DeskbridgeActions

struct FolderCancellationTests {
    private let fixture: FolderFixture
    private let event = EventID(at: FolderFixture.now)

    init() throws { fixture = try FolderFixture() }

    private static let yaml = "{root: ~/Projects, name: \"{user}/{name}\", tree: [a/b, \"{1..5}\", {c.txt: x}, {d: [{e: y}, f]}]}"

    /// Runs the plan and cancels it at the check with this number; also tells how often was asked.
    private func run(_ plan: FolderPlan, cancelledAt last: Int) -> (StepOutcome, checks: Int) {
        let checks = Mutex(0)
        let maker = FolderMaker(
            plan: plan, event: event, step: "s", now: FolderFixture.now, appearing: AppearanceLock(), leftovers: { _ in },
            checkCancelled: { () throws(FolderProblem) in
                let number = checks.withLock { count in
                    count += 1
                    return count
                }
                if number >= last { throw .cancelled }
            })
        return (maker.outcome(), checks.withLock { $0 })
    }

    @Test func whereverItIsCancelledNothingIsLeftOrAllIsThere() throws {
        let plan = try fixture.plan(Self.yaml)
        var last = 1
        while true {
            let (outcome, checks) = run(plan, cancelledAt: last)
            guard outcome == .cancelled else {
                #expect(outcome == fixture.result("John/Alpha", created: true))
                break
            }
            #expect(checks == last)
            if last > 1 { #expect(try fixture.listing().isEmpty) }
            #expect(try fixture.openDescriptors() == 0)
            last += 1
        }
        // One before the beginning, two for the folder and each of its 11 entries, one before it appears.
        #expect(last == 27)
        #expect(try fixture.listing().count == 13)
    }

    @Test func whereverItIsCancelledAnExistingFolderStaysAsItWas() throws {
        try fixture.add(file: "Projects/John/Alpha/d/e", "mine")
        let before = try fixture.listing()
        let plan = try fixture.plan(Self.yaml)
        var last = 1
        while true {
            let (outcome, _) = run(plan, cancelledAt: last)
            guard outcome == .cancelled else {
                #expect(outcome == fixture.result("John/Alpha", created: false))
                break
            }
            #expect(try fixture.listing() == before)
            #expect(try fixture.openDescriptors() == 0)
            last += 1
        }
        #expect(last > 10)
        #expect(try fixture.listing().count == 13)
    }

    @Test func aCancelledTaskMakesNothing() async throws {
        let plan = try fixture.plan(Self.yaml)
        let outcome = await withTaskGroup(of: StepOutcome.self) { group in
            group.cancelAll()
            group.addTask { [fixture] in await fixture.perform(plan) }
            return await group.next()
        }
        #expect(outcome == .cancelled)
        #expect(try fixture.listing("").isEmpty)
    }
}
