import DBus
import DeskbridgeCore
import DeskbridgeTestSupport
import Testing

@testable import DeskbridgeActions

/// Calls whose end a signal tells.
@Suite(.timeLimit(.minutes(1)))
struct BusUntilTests {
    let bus: PrivateBus
    let handler = BusHandler()

    init() throws { bus = try PrivateBus() }

    @Test(arguments: ["early", "late"])
    func theSignalOfTheJobEndsTheStep(_ how: String) async throws {
        let peer = try JobsPeer(on: bus)
        for number in 1...20 {
            let outcome = await handler.perform(try BusFixture.start(how, on: bus), in: .test)
            let job = JSONValue.string("/org/example/job/\(number)")
            #expect(outcome == .succeeded(result: ["reply": [job], "signal": [.integer(Int64(number)), job, .string(how), "done"]]))
        }
        await handler.shutdown()
        peer.end()
    }

    @Test func manyWaitSideBySideEachForItsOwn() async throws {
        let peer = try JobsPeer(on: bus)
        let handler = handler
        let plans = try (0..<50).map { try BusFixture.start($0.isMultiple(of: 2) ? "early" : "late", on: bus) }
        let outcomes = await withTaskGroup(of: StepOutcome.self) { group in
            for plan in plans { group.addTask { await handler.perform(plan, in: .test) } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        for outcome in outcomes { #expect(outcome.result?["reply"]?.arrayValue?[0] == outcome.result?["signal"]?.arrayValue?[1]) }
        #expect(Set(outcomes.compactMap { $0.result?["reply"]?.text }).count == 50)
        await handler.shutdown()
        peer.end()
    }

    @Test(arguments: [("permanent", Failure.Kind.permanent), ("retryable", .retryable)])
    func aSignalThatSaysOtherwiseIsAFailureOfTheKindThatTheStepSays(_ word: String, kind: Failure.Kind) async throws {
        let peer = try JobsPeer(on: bus)
        let plan = try BusFixture.start("failed", ["expect: {3: [done, skipped]}", "otherwise: \(word)"], on: bus)
        let failure = try #require(await handler.perform(plan, in: .test).failure)
        #expect(failure.code == "dbus_unexpected_signal")
        #expect(failure.kind == kind)
        #expect(failure.message.contains(#"JobRemoved said "failed" at 3, not "done" or "skipped""#), "\(failure.message)")
        await handler.shutdown()
        peer.end()
    }

    @Test func theSameSignalOfOthersIsNoAnswer() async throws {
        let peer = try JobsPeer(on: bus)
        let result = await handler.perform(try BusFixture.start("impostor", on: bus), in: .test).result
        #expect(result?["signal"]?.arrayValue?.last == "done")
        await handler.shutdown()
        peer.end()
    }

    /// As the portals do it: only the reply tells where the signal comes from, and the signal may come first.
    @Test func theReplyMayNameTheObjectThatSends() async throws {
        let peer = try JobsPeer(on: bus)
        let plan = try BusFixture.plan(
            [
                "member: Ask", "until:", "  interface: org.example.Request", "  member: Response", "  path: \"{reply.0}\"",
                "  signature: u", "  expect: {0: 0}",
            ], on: bus)
        #expect(
            await handler.perform(plan, in: .test) == .succeeded(result: ["reply": ["/org/example/request/1"], "signal": [0]]))
        await handler.shutdown()
        peer.end()
    }

    @Test func signalsOfOthersDoNotFillTheMemory() async throws {
        let peer = try JobsPeer(on: bus)
        let failure = await handler.perform(try BusFixture.start("flood", on: bus), in: .test)
        // As many as these may be the one, as nobody knows yet which job it is; the last of them is.
        #expect(failure.failure?.kind == .unknownOutcome || failure.result?["signal"]?.arrayValue?.last == "done", "\(failure)")
        await handler.shutdown()
        peer.end()
    }

    @Test func aSignalThatDoesNotComeInTimeLeavesTheOutcomeUnknown() async throws {
        let peer = try JobsPeer(on: bus)
        let failure = try #require(await handler.perform(try BusFixture.start("never", ["timeout: 1s"], on: bus), in: .test).failure)
        #expect(failure.code == "dbus_timeout")
        #expect(failure.kind == .unknownOutcome)
        #expect(failure.message.contains("was called and answered, but org.example.Jobs.JobRemoved did not come within 1s"))
        await handler.shutdown()
        peer.end()
    }

    @Test func aBusThatDiesMeanwhileLeavesTheOutcomeUnknown() async throws {
        let peer = try JobsPeer(on: bus)
        let handler = handler
        let plan = try BusFixture.start("never", on: bus)
        let step = Task { await handler.perform(plan, in: .test) }
        // A second call is answered after the first one, as the peer does one after the other.
        while await handler.perform(try BusFixture.start("late", on: bus), in: .test).result?["reply"] == ["/org/example/job/1"] {}
        bus.stop()
        let failure = try #require(await step.value.failure)
        #expect(failure.code == "dbus_disconnected")
        #expect(failure.kind == .unknownOutcome)
        await handler.shutdown()
        peer.end()
    }

    @Test func aReplyWithoutWhatUntilNamesLeavesTheOutcomeUnknown() async throws {
        let peer = try JobsPeer(on: bus)
        let plan = try BusFixture.plan(
            ["member: Nothing", "until:", "  member: JobRemoved", "  signature: uoss", "  where: {1: \"{reply.0}\"}"], on: bus)
        let failure = try #require(await handler.perform(plan, in: .test).failure)
        #expect(failure.kind == .unknownOutcome)
        #expect(failure.message.contains("its reply has nothing at 0, which until: names"), "\(failure.message)")
        await handler.shutdown()
        peer.end()
    }

    @Test func aCallThatFailsIsNotWaitedFor() async throws {
        let peer = try JobsPeer(on: bus)
        let plan = try BusFixture.plan(["member: Nothin", "until:", "  member: JobRemoved", "  signature: uoss"], on: bus)
        let failure = try #require(await handler.perform(plan, in: .test).failure)
        #expect(failure.code == "dbus_error" && failure.kind == .permanent)
        #expect(failure.message.contains("has no method Nothin; did you mean Nothing?"), "\(failure.message)")
        await handler.shutdown()
        peer.end()
    }

    @Test func aStepThatWaitsForASignalCanBeCancelled() async throws {
        let peer = try JobsPeer(on: bus)
        let handler = handler
        let plan = try BusFixture.start("never", on: bus)
        let step = Task { await handler.perform(plan, in: .test) }
        while await handler.perform(try BusFixture.start("late", on: bus), in: .test).result?["reply"] == ["/org/example/job/1"] {}
        step.cancel()
        #expect(await step.value == .cancelled)
        await handler.shutdown()
        peer.end()
    }
}
