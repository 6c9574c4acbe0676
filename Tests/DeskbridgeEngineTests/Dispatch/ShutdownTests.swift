import DeskbridgeCore
import DeskbridgeStore
import DeskbridgeTestSupport
import Testing

@testable import DeskbridgeEngine

@Suite(.timeLimit(.minutes(1))) struct ShutdownTests {
    private static func action(safe: Bool) -> String {
        EngineBench.probeAction.replacing("probe: \"{name}\"}", with: "probe: \"{name}\", safeToRepeat: \(safe)}")
    }

    @Test func aSafeStepThatIsCutOffGoesOnAfterTheNextStart() async throws {
        let first = try EngineBench(actions: ["probe": Self.action(safe: true)]) { $0.dispatch.grace = .zero }
        var id: EventID?
        try await first.withEngine {
            id = try await first.send("k-1").id
            _ = try await first.probe.next()
        }
        let second = try EngineBench(in: first.home)
        let event = try #require(id)
        let between = try await second.history(event)
        #expect(between.event.state == .retrying)
        #expect(between.attempts.map(\.outcome) == [.interrupted])
        #expect(between.event.failure?.message == "The bridge was stopped while the step \"one\" ran.")
        try await second.withEngine {
            let call = try await second.probe.next()
            #expect(call.run.attempt == 2)
            call.succeed()
            #expect(try await second.ended(event).state == .succeeded)
        }
    }

    @Test func anUnsafeStepThatIsCutOffIsLeftToAPerson() async throws {
        let first = try EngineBench(actions: ["probe": Self.action(safe: false)]) { $0.dispatch.grace = .zero }
        var id: EventID?
        try await first.withEngine {
            id = try await first.send("k-1").id
            _ = try await first.probe.next()
        }
        let second = try EngineBench(in: first.home)
        let event = try #require(id)
        #expect(try await second.history(event).event.state == .unknown)
        #expect(try await second.history(event).confirmation == nil)
        try await second.withEngine {
            let resolved = try await second.bridge.desk.resolve(event, as: .succeeded(result: ["seen": true]), by: .local)
            #expect(resolved.confirmation?.body["type"] == "PROBED")
            #expect(resolved.confirmation?.body["payload"] == ["seen": true])
        }
        #expect(second.probe.labels.isEmpty)
    }

    @Test func theStopWaitsForWhatRuns() async throws {
        let bench = try EngineBench { $0.dispatch.grace = .seconds(3600) }
        let record = Mailbox<EventID>()
        let ending = Task {
            let call = try await bench.probe.next()
            // Only once the dispatcher is on its way out.
            _ = await bench.logs.first { $0 == "dispatch.draining" }
            call.succeed(["late": true])
        }
        try await bench.running {
            record.put(try await bench.send("k-1").id)
            // The step has begun before the stop.
            while bench.probe.labels.isEmpty { await Task.yield() }
        }
        try await ending.value
        let event = try #require(await record.first())
        #expect(try await bench.history(event).event.state == .succeeded)
        try await bench.store.close()
    }

    /// Events come in while the bridge stops: each one that was accepted runs exactly once, now or after the next start.
    @Test(arguments: 1...5) func noAcceptedEventIsLostOrRunsTwice(round: Int) async throws {
        let first = try EngineBench(
            actions: ["probe": Self.action(safe: false)], probe: ProbeHandler { _ in .succeeded(result: [:]) }
        ) {
            $0.dispatch.grace = .zero
            $0.dispatch.running = 2 + round
        }
        let accepted = Mailbox<EventID>()
        let senders = Task {
            await withTaskGroup(of: Void.self) { group in
                for number in 0..<120 {
                    group.addTask {
                        if let record = try? await first.send("k-\(number)") { accepted.put(record.id) }
                    }
                }
            }
        }
        try await first.running {
            for _ in 0..<(round * 10) { _ = await accepted.first() }
            first.bridge.intake.close()
        }
        await senders.value
        try await first.store.close()

        let second = try EngineBench(probe: ProbeHandler { _ in .succeeded(result: [:]) }, in: first.home) {
            $0.dispatch.drain = Rate(count: 1000, window: .seconds(1))
        }
        try await second.withEngine {
            for id in accepted.all {
                if try await !second.history(id).event.state.isFinal { _ = try await second.ended(id) }
                #expect(try await second.history(id).event.state == .succeeded)
            }
        }
        let ran = (first.probe.labels + second.probe.labels).sorted()
        #expect(ran.count == Set(ran).count, "an unsafe step ran twice")
        #expect(ran.count == accepted.all.count)
        #expect(first.bridge.dispatcher.slotsTaken == 0)
    }

    @Test func aCancelledDispatcherStoresHowItsAttemptsEnded() async throws {
        struct Stop: Error {}
        let bench = try EngineBench(actions: ["probe": Self.action(safe: true)])
        var id: EventID?
        await #expect(throws: (any Error).self) {
            try await bench.running {
                id = try await bench.send("k-1").id
                _ = try await bench.probe.next()
                throw Stop()
            }
        }
        let event = try #require(id)
        #expect(try await bench.history(event).event.state == .retrying)
        try await bench.store.close()
    }
}
