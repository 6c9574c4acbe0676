import DeskbridgeCore
import DeskbridgeEngine
import DeskbridgeStore
import DeskbridgeTestSupport
import Testing

@testable import DeskbridgeServer

@Suite(.timeLimit(.minutes(1))) struct EventJSONTests {
    private static let action = """
        action: secret
        on: SECRET
        confirm: SECRET_DONE
        parameters: {name: {type: string}, password: {type: string, secret: true}}
        steps:
          - {id: one, probe: "{name} {password}"}
          - {id: two, probe: "{steps.one.n}"}
        retry: {initial: 1h, jitter: none}
        expires: 2h
        """

    private func bench() throws -> EngineBench { try EngineBench(actions: ["secret": Self.action]) }

    @Test func anEventIsShownWithItsAttemptsAndWithoutItsSecrets() async throws {
        let bench = try bench()
        try await bench.withEngine {
            let studio = Identity(client: try #require(ClientName("studio")), origin: "https://studio.example", token: "t")
            let record = try await bench.send("k-1", type: "SECRET", payload: ["name": "a", "password": "hunter2"], from: studio)
            let one = try await bench.probe.next()
            one.write("line\n")
            one.succeed(["n": 7])
            try await bench.probe.next("7").fail(.retryable, "busy")
            try await bench.reached(.retrying, record.id)

            let retrying = EventJSON.detail(try await bench.history(record.id))
            #expect(retrying["state"] == "retrying")
            #expect(retrying["attemptsUsed"] == 1)
            #expect(retrying["payload"] == ["name": "a", "password": "<secret>"])
            #expect(retrying["client"] == "studio")
            #expect(retrying["origin"] == "https://studio.example")
            #expect(retrying["error"]?["code"] == "busy")
            #expect(retrying["dueAt"]?.stringValue == (bench.time.now + .seconds(3600)).description)
            #expect(retrying["confirmation"] == .null)
            #expect(retrying["finalAt"] == nil)
            #expect(retrying["steps"] == [["id": "one", "attempt": 1, "result": ["n": 7]]])
            let attempt = try #require(retrying["attempts"]?.arrayValue?.first)
            #expect(attempt["outcome"] == "failed")
            #expect(attempt["output"] == [["stream": "stdout", "text": "line"]])
            #expect(attempt["plan"]?.arrayValue?.first?["plan"] == ["label": "a <secret>"])

            bench.time.pass(.seconds(3600))
            bench.bridge.dispatcher.wake()
            try await bench.probe.next("7").succeed()
            _ = try await bench.ended(record.id)
            let final = EventJSON.detail(try await bench.history(record.id))
            #expect(final["state"] == "succeeded")
            #expect(final["error"] == nil)
            #expect(final["dueAt"] == nil)
            #expect(final["confirmation"]?["type"] == "SECRET_DONE")
            #expect(final["confirmation"]?["seq"] == 1)
            #expect(final["attempts"]?.arrayValue?.count == 2)
            for shown in [retrying, final] { #expect(!shown.text.contains("hunter2")) }
        }
    }

    @Test func theSeqStandsSecondInAConfirmation() {
        let confirmation = DeskbridgeCore.Confirmation(
            seq: 43, event: EventID(at: Timestamp(milliseconds: 0)), client: .local, body: ["type": "DONE", "id": "x", "payload": [:]],
            createdAt: Timestamp(milliseconds: 0))
        #expect(EventJSON.message(confirmation).text == #"{"type":"DONE","seq":43,"id":"x","payload":{}}"#)
    }

    @Test func anAnswerTellsWhetherTheKeyWasKnown() async throws {
        let bench = try EngineBench(probe: ProbeHandler { _ in .succeeded(result: [:]) })
        try await bench.withEngine {
            let draft = try bench.draft("PROBE", "k-1", ["name": "x"])
            let first = EventJSON.accepted(try await bench.bridge.intake.submit(draft, from: .local))
            let second = EventJSON.accepted(try await bench.bridge.intake.submit(draft, from: .local))
            #expect(first["replayed"] == false)
            #expect(second["replayed"] == true)
            #expect(first["id"] == second["id"])
            #expect(first["idempotencyKey"] == "k-1")
        }
    }
}
