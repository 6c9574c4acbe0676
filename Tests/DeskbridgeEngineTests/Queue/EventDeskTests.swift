import DeskbridgeCore
import DeskbridgeStore
import DeskbridgeTestSupport
import Testing

@testable import DeskbridgeEngine

@Suite(.timeLimit(.minutes(1))) struct EventDeskTests {
    private static let policy = """
        rules: [{allow: ["*"], clients: ["*"]}]
        visibility: [{client: viewer, sees: [studio]}]
        """
    private static var succeeding: ProbeHandler { ProbeHandler { _ in .succeeded(result: [:]) } }
    private static var failing: ProbeHandler { ProbeHandler { _ in .failed(Failure("broken", "It is broken", .permanent)) } }

    private func identity(_ name: String) throws -> Identity { Identity(client: try #require(ClientName(name)), token: "t") }

    private func problem(_ body: () async throws -> some Sendable) async throws -> Problem {
        do {
            _ = try await body()
        } catch let problem as Problem { return problem }
        throw NeverCame("a problem", instead: [])
    }

    @Test func anotherClientsEventIsNotThere() async throws {
        let bench = try EngineBench(policies: ["p": Self.policy], probe: Self.failing)
        let desk = bench.bridge.desk
        let (studio, stranger) = (try identity("studio"), try identity("stranger"))
        try await bench.withEngine {
            let record = try await bench.send("k-1", from: studio)
            _ = try await bench.ended(record.id)
            let missing = EventID(at: bench.time.now)
            let words = "There is no event ID for this client. It may have been pruned; see `retention` in deskbridge.yaml."
            for id in [record.id, missing] {
                let refusals = [
                    try await problem { try await desk.event(id, for: stranger) },
                    try await problem { try await desk.cancel(id, by: stranger) },
                    try await problem { try await desk.retry(id, by: stranger) },
                    try await problem { try await desk.drop(id, by: stranger) },
                    try await problem { try await desk.resolve(id, as: .succeeded(result: nil), by: stranger) },
                    try await problem { try await desk.replay(id, key: record.event.key, by: stranger) },
                ]
                for refusal in refusals {
                    #expect(refusal.code == .notFound)
                    // The words do not tell the one from the other.
                    #expect(refusal.detail.replacing(id.text, with: "ID") == words)
                }
            }
            #expect(try await bench.history(record.id).event.state == .failed)
        }
    }

    @Test func whoMaySeeMayNotDecide() async throws {
        let bench = try EngineBench(policies: ["p": Self.policy], probe: Self.failing)
        try await bench.withEngine {
            let record = try await bench.send("k-1", from: try identity("studio"))
            _ = try await bench.ended(record.id)
            let viewer = try identity("viewer")
            #expect(try await bench.bridge.desk.event(record.id, for: viewer).event.id == record.id)
            #expect(try await problem { try await bench.bridge.desk.retry(record.id, by: viewer) }.code == .notFound)
        }
    }

    @Test func listingsHoldWhatOneMaySee() async throws {
        let bench = try EngineBench(policies: ["p": Self.policy], probe: Self.succeeding)
        let desk = bench.bridge.desk
        try await bench.withEngine {
            for name in ["studio", "viewer", "stranger"] {
                let record = try await bench.send("k-1", from: try identity(name))
                _ = try await bench.ended(record.id)
            }
            func owners(_ identity: Identity, client: String? = nil) async throws -> [String] {
                let filter = EventFilter(client: client.flatMap { ClientName($0) })
                return try await desk.events(filter, before: nil, limit: 10, for: identity).events.map(\.client.text)
            }
            #expect(try await owners(.local) == ["stranger", "viewer", "studio"])
            #expect(try await owners(.local, client: "studio") == ["studio"])
            #expect(try await owners(identity("viewer")) == ["viewer"])
            #expect(try await owners(identity("viewer"), client: "studio") == ["studio"])
            #expect(try await problem { try await owners(identity("viewer"), client: "stranger") }.code == .notFound)
        }
    }

    @Test func aDroppedEventIsGoneAndItsKeyIsKnown() async throws {
        let bench = try EngineBench(probe: Self.failing)
        try await bench.withEngine {
            let record = try await bench.send("k-1")
            _ = try await bench.ended(record.id)
            _ = try await bench.bridge.desk.drop(record.id, by: .local)
            #expect(try await problem { try await bench.bridge.desk.event(record.id, for: .local) }.code == .notFound)
            let answer = try await bench.bridge.intake.submit(try bench.draft("PROBE", "k-1", ["name": "k-1"]), from: .local)
            #expect(answer.isReplayed)
        }
        #expect(bench.probe.labels.count == 1)
    }

    @Test func onlyWhatEndedBadlyIsDroppedOrTriedAgain() async throws {
        let bench = try EngineBench(probe: Self.succeeding)
        try await bench.withEngine {
            let record = try await bench.send("k-1")
            _ = try await bench.ended(record.id)
            #expect(try await problem { try await bench.bridge.desk.drop(record.id, by: .local) }.code == .wrongState)
            #expect(try await problem { try await bench.bridge.desk.retry(record.id, by: .local) }.code == .wrongState)
            #expect(
                try await problem { try await bench.bridge.desk.resolve(record.id, as: .succeeded(result: nil), by: .local) }.code
                    == .wrongState)
        }
    }

    @Test func aReplayIsANewEventUnderItsOwnKey() async throws {
        let bench = try EngineBench(probe: Self.succeeding)
        try await bench.withEngine {
            let record = try await bench.send("k-1", payload: ["name": "again"])
            _ = try await bench.ended(record.id)
            let answer = try await bench.bridge.desk.replay(record.id, key: try #require(IdempotencyKey("k-2")), by: .local)
            #expect(!answer.isReplayed)
            #expect(answer.record.id != record.id)
            #expect(answer.record.event.payload == ["name": "again"])
            _ = try await bench.ended(answer.record.id)
            #expect(
                try await problem {
                    try await bench.bridge.desk.replay(record.id, key: IdempotencyKey("k-1") ?? record.event.key, by: try identity("x"))
                }
                .code == .notFound)
        }
    }

    @Test func anUnknownEventIsResolvedWithWhatItsPayloadMayShow() async throws {
        let action = """
            action: secret
            on: SECRET
            confirm: SECRET_DONE
            parameters: {name: {type: string}, password: {type: string, secret: true}}
            steps: [{id: one, probe: "{password}"}]
            """
        let bench = try EngineBench(
            actions: ["secret": action], probe: ProbeHandler { _ in .failed(Failure("lost", "Who knows", .unknownOutcome)) })
        try await bench.withEngine {
            let record = try await bench.send("k-1", type: "SECRET", payload: ["name": "a", "password": "hunter2"])
            try await bench.reached(.unknown, record.id)
            let history = try await bench.bridge.desk.resolve(record.id, as: .succeeded(result: nil), by: .local)
            #expect(history.event.state == .succeeded)
            #expect(history.confirmation?.body["type"] == "SECRET_DONE")
            #expect(history.confirmation?.body.text.contains("hunter2") == false)
        }
    }

    @Test func aClientDecidesNothingAboutItsOwnUnknownEvent() async throws {
        let bench = try EngineBench(probe: ProbeHandler { _ in .failed(Failure("lost", "Who knows", .unknownOutcome)) })
        let (desk, studio) = (bench.bridge.desk, try identity("studio"))
        try await bench.withEngine {
            let record = try await bench.send("k-1", from: studio)
            try await bench.reached(.unknown, record.id)
            let forged = Resolution.succeeded(result: ["forged": true])
            #expect(try await problem { try await desk.resolve(record.id, as: forged, by: studio) }.code == .forbidden)
            #expect(try await problem { try await desk.retry(record.id, by: studio) }.code == .forbidden)
            #expect(try await problem { try await desk.drop(record.id, by: studio) }.code == .forbidden)
            let history = try await bench.history(record.id)
            #expect(history.event.state == .unknown && history.attempts.count == 1 && history.confirmation == nil)

            // The person at the desk does, in the console too, and what is known is the client's own affair again.
            let console = Identity(client: .console, token: "t", isDesk: true)
            _ = try await desk.resolve(record.id, as: .failed(Failure("x", "It failed", .permanent)), by: console)
            #expect(try await problem { try await desk.resolve(record.id, as: forged, by: studio) }.code == .forbidden)
            #expect(try await desk.retry(record.id, by: studio).event.state != .failed)
        }
    }

    @Test func acknowledgementsGoNoFurtherThanWhatWasSent() async throws {
        let bench = try EngineBench(probe: Self.succeeding)
        let studio = try identity("studio")
        try await bench.withEngine {
            for key in ["k-1", "k-2"] { _ = try await bench.ended(try await bench.send(key, from: studio).id) }
            #expect(try await bench.bridge.desk.acknowledge(upTo: 1, by: studio) == 1)
            #expect(try await bench.bridge.desk.acknowledge(upTo: 1000, by: studio) == 2)
            #expect(try await bench.bridge.desk.acknowledge(upTo: 1, by: studio) == 2)
        }
    }
}
