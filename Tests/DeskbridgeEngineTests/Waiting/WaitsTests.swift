import DeskbridgeActions
import DeskbridgeCore
import DeskbridgeStore
import DeskbridgeTestSupport
import Testing

@testable import DeskbridgeEngine

@Suite(.timeLimit(.minutes(1))) struct WaitsTests {
    private static let name = WaitReason.busName(bus: "session", name: "org.example.App")

    private func bench(
        _ source: ManualWaitSource = ManualWaitSource(), action: String = EngineBench.probeAction, probe: ProbeHandler = ProbeHandler(),
        in home: TestHome? = nil, time: ManualTime = ManualTime(), configure: (inout BridgeConfiguration) -> Void = { _ in }
    ) throws -> EngineBench {
        try EngineBench(actions: ["probe": action], probe: probe, waitSources: [source], in: home, time: time, configure: configure)
    }

    @Test func anEventWaitsUntilItsNameComes() async throws {
        let source = ManualWaitSource()
        let bench = try bench(source) { $0.dispatch.running = 1 }
        try await bench.withEngine {
            let record = try await bench.send("k-1")
            try await bench.probe.next().end(.waiting(Self.name))
            let waiting = try await bench.reached(.waiting, record.id)
            #expect(waiting.event == (try await bench.store.record(record.id)))
            #expect(waiting.event.waitsFor == Self.name)
            #expect(waiting.event.dueAt == bench.time.now + .seconds(86_400))
            let armed = try await source.next()
            #expect(armed.event.id == record.id && armed.reason == Self.name)

            // It takes no slot meanwhile.
            let other = try await bench.send("k-2")
            try await bench.probe.next("k-2").succeed()
            _ = try await bench.ended(other.id)

            armed.release()
            #expect(try await bench.reached(.queued, record.id).before == .waiting)
            try await bench.probe.next("k-1").succeed()
            #expect(try await bench.ended(record.id).state == .succeeded)
            #expect(await source.disarmed.first() == record.id)
            #expect(try await bench.history(record.id).attempts.map(\.outcome) == [.waiting, .succeeded])
        }
        #expect(bench.bridge.dispatcher.slotsTaken == 0)
    }

    @Test func aWaitCostsNoAttempt() async throws {
        let source = ManualWaitSource { _ in true }
        let bench = try bench(source, action: EngineBench.probeAction + "\nretry: {attempts: 2, initial: 10ms, jitter: none}")
        try await bench.withEngine {
            let record = try await bench.send("k-1")
            for _ in 0..<2 { try await bench.probe.next().end(.waiting(Self.name)) }
            try await bench.probe.next().fail(.retryable)
            try await bench.reached(.retrying, record.id)
            bench.time.pass(.seconds(1))
            bench.bridge.dispatcher.wake()
            try await bench.probe.next().end(.waiting(Self.name))
            let last = try await bench.probe.next()
            #expect(last.run.attempt == 5)
            last.fail(.retryable)
            #expect(try await bench.ended(record.id).state == .failed)
            #expect(try await bench.history(record.id).attempts.map(\.outcome) == [.waiting, .waiting, .failed, .waiting, .failed])
        }
    }

    @Test func finishedStepsStayFinished() async throws {
        let source = ManualWaitSource { _ in true }
        let action = """
            action: probe
            on: PROBE
            confirm: PROBED
            parameters: {name: {type: string}}
            steps:
              - {id: one, probe: "one"}
              - {id: two, probe: "two"}
            """
        let bench = try bench(source, action: action)
        try await bench.withEngine {
            let record = try await bench.send("k-1")
            try await bench.probe.next("one").succeed(["n": 1])
            try await bench.probe.next("two").end(.waiting(Self.name))
            try await bench.probe.next("two").succeed()
            #expect(try await bench.ended(record.id).state == .succeeded)
            #expect(bench.probe.labels == ["one", "two", "two"])
            #expect(try await bench.store.stepResults(record.id).map(\.result) == [["n": 1], [:]])
        }
    }

    @Test(arguments: [nil, "1h"]) func aWaitEndsWithTheTimeToLive(expires: String?) async throws {
        let source = ManualWaitSource()
        let bench = try bench(source, action: EngineBench.probeAction + (expires.map { "\nexpires: \($0)" } ?? "")) {
            $0.dispatch.wait = .seconds(7200)
        }
        let limit = Duration.seconds(expires == nil ? 7200 : 3600)
        try await bench.withEngine {
            let record = try await bench.send("k-1")
            try await bench.probe.next().end(.waiting(Self.name))
            #expect(try await bench.reached(.waiting, record.id).event.dueAt == bench.time.now + limit)
            bench.time.pass(limit - .milliseconds(1))
            bench.bridge.waits.wake()
            _ = try await source.next()
            #expect(try await bench.store.record(record.id)?.state == .waiting)

            bench.time.pass(.milliseconds(1))
            bench.bridge.waits.wake()
            let change = try await bench.reached(.expired, record.id)
            #expect(change.confirmation?.body["type"] == "PROBE_FAILED")
            #expect(change.confirmation?.body["error"]?["code"] == "expired")
            #expect(change.event.failure?.message.contains("org.example.App on the session bus") == true)
            #expect(await source.disarmed.first() == record.id)
        }
    }

    @Test func aWaitOutlivesARestart() async throws {
        let time = ManualTime()
        let before = try bench(time: time)
        let ids = try await waitingEvents(3, in: before)
        time.pass(.seconds(600))

        let source = ManualWaitSource()
        let after = try bench(source, in: before.home, time: time)
        try await after.withEngine {
            var armed: [EventID: ManualWaitSource.Armed] = [:]
            for _ in ids {
                let next = try await source.next()
                armed[next.event.id] = next
            }
            #expect(Set(armed.keys) == Set(ids))
            armed[ids[1]]?.release()
            let call = try await after.probe.next()
            #expect(call.run.attempt == 2)
            call.succeed()
            #expect(try await after.ended(ids[1]).state == .succeeded)

            // The rest of their time goes on, whether the bridge ran or not.
            time.pass(.seconds(86_400 - 600))
            after.bridge.waits.wake()
            for id in [ids[0], ids[2]] { #expect(try await after.ended(id).state == .expired) }
        }
    }

    private func waitingEvents(_ count: Int, in bench: EngineBench) async throws -> [EventID] {
        var ids: [EventID] = []
        try await bench.withEngine {
            for number in 0..<count {
                let record = try await bench.send("k-\(number)")
                try await bench.probe.next().end(.waiting(Self.name))
                try await bench.reached(.waiting, record.id)
                ids.append(record.id)
            }
        }
        return ids
    }

    @Test func aWaitingEventIsCancelledAndNoLongerArmed() async throws {
        let source = ManualWaitSource()
        let bench = try bench(source)
        try await bench.withEngine {
            let record = try await bench.send("k-1")
            try await bench.probe.next().end(.waiting(Self.name))
            let armed = try await source.next()
            let history = try await bench.bridge.desk.cancel(record.id, by: .local)
            #expect(history.event.state == .cancelled && history.confirmation?.body["error"]?["code"] == "cancelled")
            #expect(await source.disarmed.first() == record.id)

            // A release that comes too late does nothing, before and after a person wants the event again.
            armed.release()
            _ = try await bench.bridge.desk.retry(record.id, by: .local)
            try await bench.probe.next().succeed()
            #expect(try await bench.ended(record.id).state == .cancelled)
            try await bench.reached(.succeeded, record.id)
        }
        #expect(bench.probe.labels == ["k-1", "k-1"])
    }

    /// The wish to cancel may meet the wait before it begins, at its beginning and at its end.
    @Test func cancelAndReleaseMayMeetAnywhere() async throws {
        let probe = ProbeHandler { _ in .waiting(Self.name) }
        let source = ManualWaitSource { _ in true }
        let bench = try bench(source, probe: probe)
        try await bench.withEngine {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<100 {
                    group.addTask {
                        let record = try await bench.send("k-\(number)")
                        _ = try await bench.bridge.desk.cancel(record.id, by: .local)
                        #expect(try await bench.ended(record.id).state == .cancelled)
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await bench.store.counts() == [.cancelled: 100])
        }
        #expect(bench.bridge.dispatcher.slotsTaken == 0)
    }

    /// A step that waits for what is there already must not spin.
    @Test func anEventThatRunsInCirclesIsSlowedDown() async throws {
        let source = ManualWaitSource { _ in true }
        let bench = try bench(source)
        try await bench.withEngine {
            let record = try await bench.send("k-1")
            for _ in 0...WaitPace.freeReturns { try await bench.probe.next().end(.waiting(Self.name)) }
            let slowed = await bench.feed.first { item in
                guard case .changed(let change, _) = item else { return false }
                return change.event.state == .queued && change.event.dueAt == bench.time.now + WaitPace.pause
            }
            #expect(slowed != nil)
            bench.time.pass(WaitPace.pause)
            bench.bridge.dispatcher.wake()
            try await bench.probe.next().succeed()
            #expect(try await bench.ended(record.id).state == .succeeded)
        }
    }

    /// A release that the ledger refuses must not be tried as fast as the disk can say no.
    @Test func aReleaseThatFailsIsTriedAgainAfterAPauseAndNotBefore() async throws {
        let source = ManualWaitSource()
        let short =
            EngineBench.probeAction.replacing("PROBE", with: "SHORT").replacing("action: probe", with: "action: short") + "\nexpires: 1h"
        let bench = try EngineBench(actions: ["probe": EngineBench.probeAction, "short": short], waitSources: [source])
        try await bench.withEngine {
            func waiting(_ key: String, _ type: String) async throws -> ManualWaitSource.Armed {
                let record = try await bench.send(key, type: type)
                try await bench.probe.next(key).end(.waiting(Self.name))
                try await bench.reached(.waiting, record.id)
                return try await source.next()
            }
            func failures() -> Int { bench.logs.all.count { $0 == "wait.unreleased" } }
            // The ends of these tell when all that came before them was looked at.
            let first = try await waiting("k-1", "SHORT")
            bench.time.pass(.milliseconds(500))
            let second = try await waiting("k-2", "SHORT")
            let stuck = try await waiting("k-3", "PROBE")
            bench.time.pass(.seconds(3600) - .milliseconds(600))

            let refusal = try await LedgerRefusal(in: bench.home, ofUpdatesWhere: "OLD.state = 'waiting' AND NEW.state = 'queued'")
            stuck.release()
            _ = await bench.logs.first { $0 == "wait.unreleased" }
            bench.time.pass(.milliseconds(100))
            bench.bridge.waits.wake()
            try await bench.reached(.expired, first.event.id)
            bench.time.pass(.milliseconds(899))
            bench.bridge.waits.wake()
            try await bench.reached(.expired, second.event.id)
            #expect(failures() == 1)

            bench.time.pass(.milliseconds(1))
            bench.bridge.waits.wake()
            _ = await bench.logs.first { $0 == "wait.unreleased" }
            try await refusal.end()
            bench.time.pass(Waits.pause)
            bench.bridge.waits.wake()
            try await bench.reached(.queued, stuck.event.id)
            #expect(failures() == 2)
            try await bench.probe.next("k-3").succeed()
            #expect(try await bench.ended(stuck.event.id).state == .succeeded)
        }
    }

    @Test func aWaitThatNothingCoversLastsAsLongAsItMay() async throws {
        let bench = try EngineBench()
        try await bench.withEngine {
            let record = try await bench.send("k-1")
            try await bench.probe.next().end(.waiting(Self.name))
            try await bench.reached(.waiting, record.id)
            bench.time.pass(.seconds(86_400))
            bench.bridge.waits.wake()
            #expect(try await bench.ended(record.id).state == .expired)
        }
    }
}
