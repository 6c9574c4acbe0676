import DeskbridgeCore
import DeskbridgeEngine
import DeskbridgeStore
import DeskbridgeTestSupport
import Testing

@testable import DeskbridgeServer

@Suite(.timeLimit(.minutes(1))) struct LiveSessionTests {
    private static let policy = """
        rules: [{allow: ["*"], clients: ["*"]}]
        visibility: [{client: viewer, sees: [studio]}]
        """

    private func bench(_ probe: ProbeHandler = ProbeHandler { _ in .succeeded(result: [:]) }) throws -> EngineBench {
        try EngineBench(policies: ["p": Self.policy], probe: probe)
    }

    /// A connection that is open while `body` goes on.
    private func connected(
        _ bench: EngineBench, _ client: Authenticated, from start: LiveSession.Start = .unacknowledged, channels: [Channels.Name] = [],
        _ body: (LiveSession, KeptMessages) async throws -> Void
    ) async throws {
        let kept = KeptMessages()
        let board = StatusBoard(counts: try await bench.store.counts())
        let session = LiveSession(client: client, bridge: bench.bridge, status: board, sink: kept, style: .deskbridge)
        session.open(at: try await session.place(of: start), channels: channels)
        defer { session.close() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await session.run() }
            try await body(session, kept)
            session.close()
            try await group.waitForAll()
        }
    }

    private func sendMany(_ count: Int, _ bench: EngineBench, from client: Authenticated, prefix: String = "k") async throws {
        for number in 0..<count {
            let record = try await bench.send("\(prefix)-\(number)", from: client.identity)
            _ = try await bench.ended(record.id)
        }
    }

    @Test func aConnectionIsGreetedFirst() async throws {
        let bench = try bench()
        let studio = try client("studio")
        try await bench.withEngine {
            try await sendMany(3, bench, from: studio)
            _ = try await bench.bridge.desk.acknowledge(upTo: 2, by: studio.identity)
            try await connected(bench, studio) { session, kept in
                let greeting = try await kept.next("authenticated")
                #expect(greeting["client"] == "studio")
                #expect(greeting["seq"] == 2)
                #expect(greeting["session"]?.stringValue == session.id)
                _ = try await kept.next(seq: 3)
                #expect(kept.types.first == "authenticated")
                #expect(kept.seqs == [3])
            }
        }
    }

    @Test func whatWasMissedComesFirstAndAllOfItInOrder() async throws {
        let bench = try bench()
        let studio = try client("studio")
        try await bench.withEngine {
            try await sendMany(250, bench, from: studio)
            try await connected(bench, studio) { _, kept in
                try await sendMany(30, bench, from: studio, prefix: "new")
                _ = try await kept.next(seq: 280)
                #expect(kept.seqs == Array(1...280))
            }
        }
    }

    @Test func acceptedComesBeforeTheConfirmation() async throws {
        let bench = try bench()
        let studio = try client("studio")
        try await bench.withEngine {
            try await connected(bench, studio) { session, kept in
                for number in 0..<50 {
                    let draft = try bench.draft("PROBE", "k-\(number)", ["name": "x"])
                    bench.bridge.intake.submit(draft, from: studio.identity) { result in
                        if case .success(let answer) = result { session.send(answer) }
                    }
                }
                _ = try await kept.next(seq: 50)
                let order = kept.messages.all.compactMap { message -> String? in
                    guard let key = message.body["idempotencyKey"]?.stringValue, let type = message.body["type"]?.stringValue else {
                        return nil
                    }
                    return "\(key) \(type)"
                }
                for number in 0..<50 {
                    let accepted = try #require(order.firstIndex(of: "k-\(number) accepted"))
                    let confirmed = try #require(order.firstIndex(of: "k-\(number) PROBED"))
                    #expect(accepted < confirmed)
                }
            }
        }
    }

    @Test func aRepeatedKeyGetsItsStoredConfirmationAgain() async throws {
        let bench = try bench()
        let studio = try client("studio")
        try await bench.withEngine {
            try await sendMany(1, bench, from: studio)
            _ = try await bench.bridge.desk.acknowledge(upTo: 1, by: studio.identity)
            try await connected(bench, studio) { session, kept in
                let draft = try bench.draft("PROBE", "k-0", ["name": "k-0"])
                session.send(try await bench.bridge.intake.submit(draft, from: studio.identity))
                #expect(try await kept.next("accepted")["replayed"] == true)
                #expect(try await kept.next(seq: 1)["type"] == "PROBED")
            }
        }
    }

    @Test func aRepeatedKeyOvertakesNothingThatWasMissed() async throws {
        let bench = try bench()
        let studio = try client("studio")
        try await bench.withEngine {
            try await sendMany(3, bench, from: studio)
            let kept = KeptMessages()
            let session = LiveSession(
                client: studio, bridge: bench.bridge, status: StatusBoard(counts: try await bench.store.counts()), sink: kept,
                style: .deskbridge)
            session.open(at: try await session.place(of: .unacknowledged))
            defer { session.close() }
            session.send(try await bench.bridge.intake.submit(try bench.draft("PROBE", "k-2", ["name": "k-2"]), from: studio.identity))
            #expect(kept.seqs == [])
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await session.run() }
                _ = try await kept.next(seq: 3)
                session.close()
                try await group.waitForAll()
            }
            #expect(kept.seqs == [1, 2, 3])
        }
    }

    @Test func othersEventsAreHeardOnlyBySubscriptionAndOnlyWhereVisible() async throws {
        let bench = try bench()
        let (studio, viewer, stranger) = (try client("studio"), try client("viewer"), try client("stranger"))
        try await bench.withEngine {
            try await connected(bench, viewer) { session, kept in
                try await sendMany(1, bench, from: studio)
                try await session.subscribe([.events, .allOutput], since: nil)
                try await sendMany(1, bench, from: studio, prefix: "second")
                try await sendMany(1, bench, from: stranger, prefix: "third")
                try await sendMany(1, bench, from: viewer, prefix: "own")
                _ = try await kept.next(seq: 4)
                #expect(kept.seqs == [2, 4])
                let clients = kept.messages.all.filter { $0.name == "state" }.compactMap { $0.body["client"]?.stringValue }
                #expect(Set(clients) == ["studio", "viewer"])
                let states = kept.messages.all.filter { $0.name == "state" && $0.body["client"] == "viewer" }
                #expect(states.first?.body["before"] == .null)
                #expect(states.last?.body["after"] == "succeeded")

                try await session.subscribe([], since: nil)
                session.unsubscribe([.events])
                try await sendMany(1, bench, from: studio, prefix: "fifth")
                try await sendMany(1, bench, from: viewer, prefix: "sixth")
                _ = try await kept.next(seq: 6)
                #expect(kept.seqs == [2, 4, 6])
            }
        }
    }

    @Test func sinceReplaysAllThatIsVisible() async throws {
        let bench = try bench()
        let (studio, viewer, stranger) = (try client("studio"), try client("viewer"), try client("stranger"))
        try await bench.withEngine {
            for (index, sender) in [studio, viewer, stranger, studio].enumerated() {
                try await sendMany(1, bench, from: sender, prefix: "p\(index)")
            }
            _ = try await bench.bridge.desk.acknowledge(upTo: 4, by: viewer.identity)
            try await connected(bench, viewer) { session, kept in
                try await session.subscribe([.events], since: 0)
                _ = try await kept.next(seq: 4)
                #expect(kept.seqs == [1, 2, 4])
                try await session.subscribe([], since: 1)
                try await sendMany(1, bench, from: viewer, prefix: "last")
                _ = try await kept.next(seq: 5)
                #expect(Array(kept.seqs.suffix(3)) == [2, 4, 5])
            }
        }
    }

    @Test(arguments: [10_000, Int64.max]) func aPlaceThatTheLedgerHasNotReachedIsItsEnd(since: Int64) async throws {
        let bench = try bench()
        let studio = try client("studio")
        try await bench.withEngine {
            try await sendMany(2, bench, from: studio)
            try await connected(bench, studio, from: .after(since)) { session, kept in
                try await session.subscribe([.events], since: since)
                try await sendMany(1, bench, from: studio, prefix: "new")
                _ = try await kept.next(seq: 3)
                #expect(kept.seqs == [3])
            }
        }
    }

    @Test func aConnectionThatBeginsWithTheEventsOfOthersMissesNoneSinceItsPlace() async throws {
        let bench = try bench()
        let (studio, viewer, stranger) = (try client("studio"), try client("viewer"), try client("stranger"))
        try await bench.withEngine {
            for (index, sender) in [studio, viewer, stranger, studio].enumerated() {
                try await sendMany(1, bench, from: sender, prefix: "p\(index)")
            }
            _ = try await bench.bridge.desk.acknowledge(upTo: 1, by: viewer.identity)
            try await connected(bench, viewer, channels: [.events]) { _, kept in
                try await sendMany(1, bench, from: studio, prefix: "last")
                _ = try await kept.next(seq: 5)
                #expect(kept.seqs == [2, 4, 5])
            }
        }
    }

    @Test func aStreamMayBeginNow() async throws {
        let bench = try bench()
        let studio = try client("studio")
        try await bench.withEngine {
            try await sendMany(2, bench, from: studio)
            try await connected(bench, studio, from: .now, channels: [.events, .status]) { _, kept in
                #expect(kept.types.prefix(2) == ["authenticated", "status"])
                try await sendMany(1, bench, from: studio, prefix: "new")
                _ = try await kept.next(seq: 3)
                #expect(kept.seqs == [3])
            }
        }
    }

    @Test func outputGoesToThoseWhoWantIt() async throws {
        let bench = try bench(
            ProbeHandler { call in
                call.write("working\n")
                return .succeeded(result: [:])
            })
        let studio = try client("studio")
        try await bench.withEngine {
            try await connected(bench, studio) { session, kept in
                try await sendMany(1, bench, from: studio, prefix: "unheard")
                try await session.subscribe([.allOutput], since: nil)
                try await sendMany(1, bench, from: studio)
                let output = try await kept.next("output")
                #expect(output["lines"] == ["working"])
                #expect(output["dropped"] == 0)
                #expect(output["step"] == "one")
                #expect(kept.types.count { $0 == "output" } == 1)
            }
        }
    }

    @Test func aClosedSessionHearsNothingMore() async throws {
        let bench = try bench()
        let studio = try client("studio")
        try await bench.withEngine {
            let kept = KeptMessages()
            let session = LiveSession(
                client: studio, bridge: bench.bridge, status: StatusBoard(counts: [:]), sink: kept, style: .deskbridge)
            session.open(at: try await session.place(of: .unacknowledged), channels: [.events])
            session.close()
            session.close()
            try await session.run()
            try await sendMany(1, bench, from: studio)
            #expect(kept.types == ["authenticated"])
        }
    }

    @Test func aSessionWhoseTaskIsCancelledEnds() async throws {
        let bench = try bench()
        let studio = try client("studio")
        try await bench.withEngine {
            let session = LiveSession(
                client: studio, bridge: bench.bridge, status: StatusBoard(counts: [:]), sink: KeptMessages(), style: .deskbridge)
            session.open(at: try await session.place(of: .unacknowledged))
            let task = Task { try await session.run() }
            task.cancel()
            try await task.value
            session.close()
        }
    }
}
