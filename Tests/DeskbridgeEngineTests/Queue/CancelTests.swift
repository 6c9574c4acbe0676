import DeskbridgeCore
import DeskbridgeStore
import DeskbridgeTestSupport
import Synchronization
import Testing

@testable import DeskbridgeEngine

@Suite(.timeLimit(.minutes(1))) struct CancelTests {
    @Test func anEventThatWaitsIsCancelledAtOnce() async throws {
        let bench = try EngineBench { $0.dispatch.running = 1 }
        try await bench.withEngine {
            try await bench.send("k-1")
            let second = try await bench.send("k-2")
            let first = try await bench.probe.next("k-1")
            let history = try await bench.bridge.desk.cancel(second.id, by: .local)
            #expect(history.event.state == .cancelled)
            #expect(history.confirmation?.body["type"] == "PROBE_FAILED")
            #expect(history.confirmation?.body["error"]?["code"] == "cancelled")
            first.succeed()
        }
        #expect(bench.probe.labels == ["k-1"])
    }

    @Test func anEventThatRunsIsStopped() async throws {
        let bench = try EngineBench()
        try await bench.withEngine {
            let record = try await bench.send("k-1")
            _ = try await bench.probe.next()
            _ = try await bench.bridge.desk.cancel(record.id, by: .local)
            #expect(await bench.probe.cancellations.first() == "k-1")
            #expect(try await bench.ended(record.id).state == .cancelled)
            #expect(try await bench.history(record.id).attempts.map(\.outcome) == [.cancelled])
        }
    }

    @Test func aStepThatEndsAnywayCounts() async throws {
        let bench = try EngineBench(probe: ProbeHandler(stopsWhenCancelled: false))
        try await bench.withEngine {
            let record = try await bench.send("k-1")
            let call = try await bench.probe.next()
            _ = try await bench.bridge.desk.cancel(record.id, by: .local)
            call.succeed()
            #expect(try await bench.ended(record.id).state == .succeeded)
        }
    }

    @Test func aStepThatFailsUnderwayIsNotTriedAgain() async throws {
        let bench = try EngineBench(probe: ProbeHandler(stopsWhenCancelled: false))
        try await bench.withEngine {
            let record = try await bench.send("k-1")
            let call = try await bench.probe.next()
            _ = try await bench.bridge.desk.cancel(record.id, by: .local)
            _ = await bench.probe.cancellations.first()
            call.fail(.retryable)
            #expect(try await bench.ended(record.id).state == .cancelled)
        }
    }

    /// The wish may meet the attempt before it begins, while it runs, or while its outcome is being stored.
    @Test func aCancelIsNeverLostWheneverItComes() async throws {
        let probe = ProbeHandler { _ in .failed(Failure("again", "Try again", .retryable)) }
        let action = EngineBench.probeAction + "\nretry: {attempts: 100, initial: 10ms, maximum: 10ms}"
        let bench = try EngineBench(actions: ["probe": action], probe: probe)
        let desk = bench.bridge.desk
        try await bench.withEngine {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<150 {
                    group.addTask {
                        let record = try await bench.send("k-\(number)")
                        _ = try await desk.cancel(record.id, by: .local)
                        let end = try await bench.ended(record.id)
                        #expect(end.state == .cancelled)
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await bench.store.counts() == [.cancelled: 150])
        }
        #expect(bench.bridge.dispatcher.slotsTaken == 0)
    }

    @Test(arguments: [DeliveryState.succeeded, .failed, .cancelled]) func whatHasEndedCannotBeCancelled(state: DeliveryState) async throws {
        let bench = try EngineBench()
        try await bench.withEngine {
            let record = try await bench.send("k-1")
            let call = try await bench.probe.next()
            switch state {
            case .succeeded: call.succeed()
            case .failed: call.fail(.permanent)
            default: call.end(.cancelled)
            }
            // A handler that says so without being asked stops its attempt as a shutdown would.
            guard state != .cancelled else {
                try await bench.reached(.unknown, record.id)
                return
            }
            _ = try await bench.ended(record.id)
            await #expect(throws: Problem.self) { try await bench.bridge.desk.cancel(record.id, by: .local) }
            #expect(try await bench.history(record.id).event.state == state)
        }
    }
}
