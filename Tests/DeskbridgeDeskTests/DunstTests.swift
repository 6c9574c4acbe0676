import DBus
import DeskbridgeCore
import DeskbridgeEngine
import DeskbridgeTestSupport
import Testing

@testable import DeskbridgeDesk

/// The same with a notification server that people use.
@Suite(.timeLimit(.minutes(2)), .serialized) struct DunstTests {
    private static let policy = """
        rules:
          - {ask: [PROBE], clients: ["*"], timeout: 60s}
        """

    private func withDesk(_ desktop: DunstDesktop, _ body: (EngineBench) async throws -> Void) async throws {
        let notifications = ApprovalNotifications(on: try BusAddress(desktop.bus.address))
        let bench = try EngineBench(policies: ["ask": Self.policy], waitSources: [notifications])
        try await bench.withEngine(beside: [notifications.service(of: bench.bridge)]) { try await body(bench) }
    }

    /// Waits until the desk has noted that.
    private func noted(_ entry: String, _ bench: EngineBench) async throws {
        guard await bench.logs.first(where: { $0 == entry }) != nil else { throw NeverCame(entry, instead: bench.logs.all) }
    }

    @Test(arguments: [true, false]) func aButtonDecides(isAllowed: Bool) async throws {
        let desktop = try await DunstDesktop()
        _ = try await desktop.start()
        try await withDesk(desktop) { bench in
            // What holds characters that cannot be seen cannot be allowed here.
            let record = try await bench.send("k-1", payload: ["name": .string(isAllowed ? "<b>&x" : "<b>&\u{202E}x")])
            try await noted("desk.asked", bench)
            try await desktop.press(isAllowed ? "Allow" : "Deny")
            if isAllowed { try await bench.probe.next().succeed() }
            #expect(try await bench.ended(record.id).state == (isAllowed ? .succeeded : .failed))
            #expect(try await bench.history(record.id).approvals.map(\.answer) == [isAllowed ? .approved : .denied])
            try await noted("desk.taken_down", bench)
            #expect(try await desktop.count() == 0)
        }
    }

    @Test func puttingItAsideAndSilence() async throws {
        let desktop = try await DunstDesktop()
        _ = try await desktop.start()
        try await withDesk(desktop) { bench in
            let record = try await bench.send("k-1")
            try await noted("desk.asked", bench)
            #expect(try await desktop.count() == 1)
            try await desktop.dismiss()
            try await noted("desk.put_aside", bench)
            #expect(try await bench.store.record(record.id)?.state == .waiting)

            let second = try await bench.send("k-2")
            try await noted("desk.asked", bench)
            bench.time.pass(.seconds(60))
            bench.bridge.waits.wake()
            for id in [record.id, second.id] { #expect(try await bench.ended(id).failure?.code == "approval_timeout") }
            try await noted("desk.taken_down", bench)
            #expect(try await desktop.count() == 0)
        }
    }

    @Test func aServerThatDiesHalfWay() async throws {
        let desktop = try await DunstDesktop()
        let first = try await desktop.start()
        try await withDesk(desktop) { bench in
            let record = try await bench.send("k-1")
            try await noted("desk.asked", bench)
            first.signal(9)
            _ = await first.exit()
            _ = try await desktop.start()
            try await noted("desk.asked", bench)
            try await desktop.press("Allow")
            try await bench.probe.next().succeed()
            #expect(try await bench.ended(record.id).state == .succeeded)
        }
    }
}
