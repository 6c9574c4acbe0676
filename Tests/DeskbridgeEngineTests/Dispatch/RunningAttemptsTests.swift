import DeskbridgeCore
import DeskbridgeTestSupport
import Testing

@testable import DeskbridgeEngine

@Suite(.timeLimit(.minutes(1))) struct RunningAttemptsTests {
    private let event = EventID(at: Timestamp(milliseconds: 1))

    /// Work that goes on until its task is cancelled.
    private func untilCancelled(_ begun: Mailbox<Void>) -> @Sendable () async -> String {
        {
            begun.put(())
            let (stream, _) = AsyncStream.makeStream(of: Void.self)
            for await _ in stream {}
            return Task.isCancelled ? "cancelled" : "ended"
        }
    }

    @Test func workThatNobodyEndsReturnsItsValue() async {
        let running = RunningAttempts()
        let (value, interruption) = await running.run(event) { "done" }
        #expect(value == "done")
        #expect(interruption == nil)
        #expect(running.count == 0)
        #expect(!running.settle(event))
    }

    @Test func aCancelEndsTheWork() async {
        let running = RunningAttempts()
        let begun = Mailbox<Void>()
        async let result = running.run(event, untilCancelled(begun))
        _ = await begun.first()
        #expect(running.count == 1)
        running.cancel(event)
        let (value, interruption) = await result
        #expect(value == "cancelled")
        #expect(interruption == .cancelled)
        #expect(running.settle(event))
        #expect(!running.settle(event))
    }

    @Test func aCancelBeforeTheAttemptKeepsItFromBeginning() async {
        let running = RunningAttempts()
        running.cancel(event)
        let (value, interruption) = await running.run(event) { "must not run" }
        #expect(value == nil)
        #expect(interruption == .cancelled)
        #expect(running.settle(event))
    }

    @Test func aCancelAfterTheAttemptIsRememberedUntilItIsSettled() async {
        let running = RunningAttempts()
        _ = await running.run(event) { 1 }
        running.cancel(event)
        #expect(running.settle(event))
        let (value, interruption) = await running.run(event) { 2 }
        #expect(value == 2)
        #expect(interruption == nil)
    }

    @Test func aCancelMeetsItsOwnEventOnly() async {
        let running = RunningAttempts()
        running.cancel(EventID(at: Timestamp(milliseconds: 2)))
        #expect(await running.run(event) { 3 }.value == 3)
    }

    @Test func theEndOfTheGraceEndsAllAndLetsNothingBegin() async {
        let running = RunningAttempts()
        let begun = Mailbox<Void>()
        async let result = running.run(event, untilCancelled(begun))
        _ = await begun.first()
        running.interruptAll()
        #expect(await result.interruption == .shutdown)
        #expect(running.isShuttingDown)
        let (value, interruption) = await running.run(event) { "must not run" }
        #expect(value == nil)
        #expect(interruption == .shutdown)
    }

    @Test func theFirstOfTwoReasonsCounts() async {
        let running = RunningAttempts()
        let begun = Mailbox<Void>()
        async let result = running.run(event, untilCancelled(begun))
        _ = await begun.first()
        running.cancel(event)
        running.interruptAll()
        #expect(await result.interruption == .cancelled)
    }

    @Test func aCancelledTaskEndsTheWorkWithoutAReason() async {
        let running = RunningAttempts()
        let begun = Mailbox<Void>()
        let event = event
        let work = untilCancelled(begun)
        let task = Task { await running.run(event, work) }
        _ = await begun.first()
        task.cancel()
        let (value, interruption) = await task.value
        #expect(value == "cancelled")
        #expect(interruption == nil)
    }
}
