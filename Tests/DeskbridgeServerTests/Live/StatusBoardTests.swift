import DeskbridgeCore
import DeskbridgeEngine
import DeskbridgeStore
import DeskbridgeTestSupport
import Testing

@testable import DeskbridgeServer

@Suite(.timeLimit(.minutes(1))) struct StatusBoardTests {
    private func shown(_ counts: [DeliveryState: Int]) -> [DeliveryState: Int] { counts.filter { $0.value != 0 } }

    @Test func theBoardTellsEachStateAndWhichAreFinal() {
        let board = StatusBoard(counts: [.queued: 2, .failed: 1])
        #expect(board.current["queue"] == ["queued": 2, "running": 0, "retrying": 0, "waiting": 0])
        #expect(board.current["finals"] == ["succeeded": 0, "failed": 1, "cancelled": 0, "expired": 0, "unknown": 0])
    }

    @Test func onlyTheOwnerHearsWhoIsConnected() throws {
        let sessions = SessionRegistry()
        let board = StatusBoard(counts: [:], sessions: sessions)
        let studio = Identity(client: try #require(ClientName("studio")), token: "t1")
        sessions.add("1", Authenticated(identity: studio, rate: nil, isSingleSession: false)) { _ in }
        let clients: JSONValue = [["client": "studio", "connections": 1]]
        #expect(board.current(for: .local)["clients"] == clients)
        #expect(board.current(for: Identity(client: .console, token: "t2", isDesk: true))["clients"] == clients)
        #expect(board.current(for: studio)["clients"] == nil)
        #expect(board.current(for: studio)["queue"] == board.current["queue"])
    }

    /// Every way that an event can go: what the board counts is what the ledger counts.
    @Test func theCountsStayThoseOfTheLedger() async throws {
        let action = EngineBench.probeAction + "\nretry: {attempts: 2, initial: 1h, jitter: none}\nexpires: 2h"
        let bench = try EngineBench(actions: ["probe": action]) { $0.dispatch.running = 2 }
        let board = StatusBoard(counts: try await bench.store.counts())
        let heard = Mailbox<FeedItem>()
        _ = bench.bridge.feed.listen { item in
            board.hear(item)
            heard.put(item)
        }
        let desk = bench.bridge.desk
        var agreed = 0
        func agree(_ location: Testing.SourceLocation = #_sourceLocation) async throws {
            // The bench is told before the board.
            let told = bench.feed.all.count
            while agreed < told {
                _ = await heard.first { _ in true }
                agreed += 1
            }
            let stored = try await bench.store.counts()
            #expect(shown(board.counts) == shown(stored), sourceLocation: location)
            #expect(board.counts.values.allSatisfy { $0 >= 0 }, sourceLocation: location)
        }
        try await bench.withEngine {
            let succeeded = try await bench.send("succeeded")
            try await bench.probe.next("succeeded").succeed()
            _ = try await bench.ended(succeeded.id)
            try await agree()

            // Tried again, then given up, then once more by a person, then dropped.
            let retried = try await bench.send("retried")
            try await bench.probe.next("retried").fail(.retryable)
            try await bench.reached(.retrying, retried.id)
            try await agree()
            bench.time.pass(.seconds(3600))
            bench.bridge.dispatcher.wake()
            try await bench.probe.next("retried").fail(.retryable)
            _ = try await bench.ended(retried.id)
            try await agree()
            _ = try await desk.retry(retried.id, by: .local)
            try await bench.probe.next("retried").fail(.permanent)
            _ = try await bench.ended(retried.id)
            try await agree()
            _ = try await desk.drop(retried.id, by: .local)
            try await agree()

            // Unknown: one resolved, one dropped.
            for (key, drops) in [("resolved", false), ("dropped", true)] {
                let unknown = try await bench.send(key)
                try await bench.probe.next(key).fail(.unknownOutcome)
                try await bench.reached(.unknown, unknown.id)
                try await agree()
                if drops {
                    _ = try await desk.drop(unknown.id, by: .local)
                } else {
                    _ = try await desk.resolve(unknown.id, as: .succeeded(result: nil), by: .local)
                }
                try await agree()
            }

            // With all slots taken one is cancelled in the queue, one expires there, and one of those that run is cancelled.
            let busy = [try await bench.send("busy-1"), try await bench.send("busy-2")]
            let calls = [try await bench.probe.next("busy-1"), try await bench.probe.next("busy-2")]
            let waiting = try await bench.send("waiting")
            let overdue = try await bench.send("overdue")
            try await agree()
            _ = try await desk.cancel(waiting.id, by: .local)
            try await agree()
            bench.time.pass(.seconds(7201))
            bench.bridge.dispatcher.wake()
            _ = try await bench.ended(overdue.id)
            try await agree()
            _ = try await desk.cancel(busy[0].id, by: .local)
            _ = try await bench.ended(busy[0].id)
            try await agree()
            calls[1].succeed()
            _ = try await bench.ended(busy[1].id)
            try await agree()

            // Forgotten by age.
            bench.time.pass(.seconds(86_400))
            let pruned = try await bench.store.prune(
                now: bench.time.now, retention: LedgerRetention(events: .seconds(60), count: 1000, keys: .seconds(86_400 * 365)))
            bench.bridge.feed.publish(.forgotten(pruned.states))
            try await agree()
            #expect(shown(board.counts).isEmpty)
        }
    }

    @Test func whatWasRescuedIsCountedFromTheStart() async throws {
        let first = try EngineBench { $0.dispatch.grace = .zero }
        try await first.withEngine {
            try await first.send("k-1")
            _ = try await first.probe.next()
        }
        let second = try EngineBench(in: first.home)
        try await second.bridge.rescue()
        #expect(StatusBoard(counts: try await second.store.counts()).counts[.unknown] == 1)
        try await second.store.close()
    }

    @Test func listenersAreToldOfChangesUntilTheyEnd() async throws {
        let board = StatusBoard(counts: [:])
        let heard = Mailbox<Void>()
        let end = board.listen { heard.put(()) }
        let running = Task { await board.run() }
        board.hear(.forgotten([.failed: -1]))
        await heard.first()
        #expect(board.current["finals"]?["failed"] == 1)
        end()
        running.cancel()
        await running.value
    }
}
