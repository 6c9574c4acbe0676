import DeskbridgeCore
import DeskbridgeStore
import DeskbridgeTestSupport
import Testing

@testable import DeskbridgeEngine

@Suite(.timeLimit(.minutes(1))) struct ExpiryTests {
    private func bench() throws -> EngineBench {
        try EngineBench(actions: ["probe": EngineBench.probeAction + "\nexpires: 1h"]) { $0.dispatch.running = 1 }
    }

    @Test func anEventThatWaitedTooLongExpires() async throws {
        let bench = try bench()
        try await bench.withEngine {
            try await bench.send("k-1")
            let second = try await bench.send("k-2")
            #expect(second.event.expiresAt == bench.time.now + .seconds(3600))
            let first = try await bench.probe.next("k-1")
            bench.time.pass(.seconds(3601))
            bench.bridge.dispatcher.wake()
            #expect(try await bench.ended(second.id).state == .expired)
            let history = try await bench.history(second.id)
            #expect(history.confirmation?.body["error"]?["code"] == "expired")
            first.succeed()
        }
        #expect(bench.probe.labels == ["k-1"])
    }

    @Test func whatHasStartedDoesNotExpire() async throws {
        let bench = try bench()
        try await bench.withEngine {
            let record = try await bench.send("k-1")
            let call = try await bench.probe.next("k-1")
            bench.time.pass(.seconds(7200))
            bench.bridge.dispatcher.wake()
            call.fail(.retryable)
            try await bench.reached(.retrying, record.id)
            bench.time.pass(.seconds(7200))
            bench.bridge.dispatcher.wake()
            try await bench.probe.next("k-1").succeed()
            #expect(try await bench.ended(record.id).state == .succeeded)
        }
    }

    @Test func whatExpiredWhileTheBridgeWasOffIsNotBegun() async throws {
        let before = try bench()
        let record = try await before.send("k-1")
        try await before.store.close()
        let after = try EngineBench(in: before.home)
        after.time.pass(.seconds(86_400))
        try await after.withEngine {
            let end = try await after.ended(record.id)
            #expect(end.state == .expired)
        }
        #expect(after.probe.labels.isEmpty)
    }

    @Test func anExpiredEventThatAPersonWantsRunsWhenever() async throws {
        let before = try bench()
        let record = try await before.send("k-1")
        try await before.store.close()
        let after = try EngineBench(in: before.home)
        after.time.pass(.seconds(86_400))
        try await after.withEngine {
            #expect(try await after.ended(record.id).state == .expired)
            _ = try await after.bridge.desk.retry(record.id, by: .local)
            try await after.probe.next().succeed()
            #expect(try await after.ended(record.id).state == .succeeded)
        }
    }
}
