import DeskbridgeCore
import DeskbridgeStore
import DeskbridgeTestSupport
import Testing

@testable import DeskbridgeEngine

@Suite(.timeLimit(.minutes(1))) struct AuditTrailTests {
    private let studio = Identity(client: Sample.client, origin: "https://studio.example", token: "t1")

    private func records(_ bench: EngineBench, _ verb: String) async throws -> [JSONValue] {
        // Asked of the writer, behind all that was noted.
        try await bench.store.audit(AuditEntry("asked", "done", at: bench.bridge.clock.now(), by: .bridge))
        return try await bench.store.audit(after: 0, limit: 10_000).records.map { try JSONParser.parse($0.text) }
            .filter { $0["verb"]?.stringValue == verb }
    }

    @Test func aRefusedEventIsToldOf() async throws {
        let bench = try EngineBench(policies: ["p": "rules: [{deny: [PROBE], clients: [\"*\"]}]"])
        try await bench.withEngine {
            let problem = try await AuditActor.$current.withValue(studio.actor(through: .http)) {
                try await bench.refusal(of: "k-1", from: studio)
            }
            #expect(problem?.code == .deniedByPolicy)
            let denied = try #require(try await records(bench, "submit").first)
            #expect(denied["outcome"] == "denied" && denied["detail"] == "denied_by_policy" && denied["type"] == "PROBE")
            #expect(denied["client"]?.stringValue == Sample.client.text && denied["entrance"] == "http")
        }
    }

    @Test func anEventIsToldOfWithTheHashOfItsPlanAndNoneOfItsValues() async throws {
        let action = """
            action: secret
            on: SECRET
            confirm: SECRET_DONE
            parameters: {name: {type: string}, password: {type: string, secret: true}}
            steps: [{id: one, probe: "{password}"}]
            """
        let bench = try EngineBench(actions: ["secret": action], probe: ProbeHandler { _ in .succeeded(result: [:]) })
        try await bench.withEngine {
            let first = try await bench.send("k-1", type: "SECRET", payload: ["name": "a", "password": "hunter2"])
            _ = try await bench.ended(first.id)
            _ = try await bench.ended(try await bench.send("k-2", type: "SECRET", payload: ["name": "a", "password": "swordfish"]).id)
            let submitted = try await records(bench, "submit")
            #expect(submitted.count == 2)
            let digests = submitted.compactMap { $0["plan"]?.stringValue }
            #expect(digests.count == 2 && digests.allSatisfy { $0.utf8.count == 64 })
            // Hidden before the hash is made: it must not tell one secret from another.
            #expect(digests[0] == digests[1])
            let texts = try await bench.store.audit(after: 0, limit: 100).records.map(\.text).joined()
            #expect(!texts.contains("hunter2") && !texts.contains("swordfish"))
            #expect(try await records(bench, "outcome").map { $0["outcome"] } == ["succeeded", "succeeded"])
            #expect(try await records(bench, "start").count == 1)
        }
    }

    @Test func aFloodOfRefusalsIsCountedAndNotWritten() async throws {
        let bench = try EngineBench()
        let nobody = AuditActor(client: nil, identity: .nobody, entrance: .http, origin: "https://evil.example")
        for _ in 0..<5000 { bench.bridge.audit.noteRefusal(of: "sign_in", by: nobody, code: .unauthenticated) }
        let written = try await records(bench, "sign_in").count
        #expect((100...120).contains(written))
        bench.time.pass(.seconds(60))
        bench.bridge.audit.noteRefusal(of: "sign_in", by: nobody, code: .unauthenticated)
        let told = try await records(bench, "refusals")
        #expect(told.count == 1 && told[0]["detail"]?.stringValue == "\(5000 - written)")
        try await bench.store.close()
    }

    @Test func nobodysFloodHidesWhatOthersAreRefused() async throws {
        let bench = try EngineBench()
        let nobody = AuditActor(client: nil, identity: .nobody, entrance: .http, origin: "https://evil.example")
        func refuse(_ name: String) throws {
            let client = Identity(client: try #require(ClientName(name)), token: "t")
            bench.bridge.audit.noteRefusal(of: "submit", by: client.actor(through: .http), code: .deniedByPolicy)
        }
        for _ in 0..<1000 {
            bench.bridge.audit.noteRefusal(of: "sign_in", by: nobody, code: .unauthenticated)
            try refuse("loud")
        }
        try refuse("quiet")
        #expect(try await records(bench, "submit").contains { $0["client"] == "quiet" })
        // Nor does one client under many names write without bound.
        for index in 0..<200 { for _ in 0..<100 { try refuse("name-\(index)") } }
        let most = RefusalBudgets.strangers.count + (RefusalBudgets.mostClients + 1) * RefusalBudgets.client.count
        #expect(try await records(bench, "submit").count + records(bench, "sign_in").count <= most)
        // Those that were idle make room.
        bench.time.pass(.seconds(60))
        try refuse("late")
        #expect(try await records(bench, "submit").contains { $0["client"] == "late" })
        let told = try await records(bench, "refusals").compactMap { $0["detail"]?.stringValue.flatMap { Int($0) } }
        #expect(told.reduce(0, +) > 10_000)
        try await bench.store.close()
    }
}
