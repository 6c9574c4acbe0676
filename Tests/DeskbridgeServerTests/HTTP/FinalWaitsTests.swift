import DeskbridgeCore
import DeskbridgeEngine
import DeskbridgeStore
import DeskbridgeTestSupport
import Testing

@testable import DeskbridgeServer

@Suite(.timeLimit(.minutes(1))) struct FinalWaitsTests {
    private func waits(_ bench: EngineBench) -> FinalWaits {
        let waits = FinalWaits(bridge: bench.bridge)
        _ = bench.bridge.feed.listen { waits.hear($0) }
        return waits
    }

    @Test func manyWaitForOneEventAndNothingIsLeftBehind() async throws {
        let bench = try EngineBench()
        let waits = waits(bench)
        try await bench.withEngine {
            let record = try await bench.send("k-1")
            let call = try await bench.probe.next()
            try await withThrowingTaskGroup(of: DeliveryState?.self) { group in
                for _ in 0..<50 {
                    group.addTask { try await waits.final(record.id, within: .seconds(3600), for: .local)?.event.state }
                }
                call.succeed()
                for try await state in group { #expect(state == .succeeded) }
            }
            #expect(waits.count == 0)
        }
    }

    @Test func whatHasEndedIsThereAtOnce() async throws {
        let bench = try EngineBench(probe: ProbeHandler { _ in .failed(Failure("broken", "It is broken", .permanent)) })
        let waits = waits(bench)
        try await bench.withEngine {
            let record = try await bench.send("k-1")
            _ = try await bench.ended(record.id)
            #expect(try await waits.final(record.id, within: .zero, for: .local)?.event.state == .failed)
            #expect(waits.count == 0)
        }
    }

    @Test func timeThatRunsOutGivesNothing() async throws {
        let bench = try EngineBench()
        let waits = waits(bench)
        try await bench.withEngine {
            let record = try await bench.send("k-1")
            let call = try await bench.probe.next()
            #expect(try await waits.final(record.id, within: .zero, for: .local) == nil)
            #expect(waits.count == 0)
            call.succeed()
        }
    }

    @Test func aStopLetsAllGoAndKeepsNobody() async throws {
        let bench = try EngineBench()
        let waits = waits(bench)
        try await bench.withEngine {
            let record = try await bench.send("k-1")
            let call = try await bench.probe.next()
            async let waiting = waits.final(record.id, within: .seconds(3600), for: .local)
            while waits.count == 0 { await Task.yield() }
            waits.endAll()
            #expect(try await waiting == nil)
            #expect(try await waits.final(record.id, within: .seconds(3600), for: .local) == nil)
            #expect(waits.count == 0)
            call.succeed()
        }
    }

    @Test func aRequestWhoseClientIsGoneIsForgotten() async throws {
        let bench = try EngineBench()
        let waits = waits(bench)
        try await bench.withEngine {
            let record = try await bench.send("k-1")
            let call = try await bench.probe.next()
            let task = Task { try await waits.final(record.id, within: .seconds(3600), for: .local) }
            while waits.count == 0 { await Task.yield() }
            task.cancel()
            #expect(try await task.value == nil)
            #expect(waits.count == 0)
            call.succeed()
        }
    }

    @Test func othersEventsAreNotWaitedFor() async throws {
        let bench = try EngineBench()
        let waits = waits(bench)
        try await bench.withEngine {
            let record = try await bench.send("k-1")
            let call = try await bench.probe.next()
            let stranger = try client("stranger").identity
            await #expect(throws: Problem.self) { try await waits.final(record.id, within: .seconds(1), for: stranger) }
            #expect(waits.count == 0)
            call.succeed()
        }
    }
}
