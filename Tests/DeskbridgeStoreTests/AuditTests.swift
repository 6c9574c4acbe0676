import DeskbridgeCore
import FoundationEssentials
import GRDB
import Testing

@testable import DeskbridgeStore

@Suite(.timeLimit(.minutes(1))) struct AuditTests {
    private let studio = AuditActor(
        client: Sample.client, identity: .token, token: "t1", entrance: .webSocket, origin: "https://studio.example")

    /// The records as `verb outcome`, and what is wrong with their chain.
    private func audit(_ store: EventStore) async throws -> (records: [String], flaws: [AuditFlaw]) {
        let page = try await store.audit(after: 0, limit: 10_000)
        var chain = AuditChain(anchor: page.anchor)
        for record in page.records { chain.read(record) }
        chain.finish(lastSeq: page.lastSeq)
        let names = try page.records.map { record in
            let json = try JSONParser.parse(record.text)
            return "\(json["verb"]?.stringValue ?? "") \(json["outcome"]?.stringValue ?? "")"
        }
        return (names, chain.flaws)
    }

    private func last(_ store: EventStore) async throws -> JSONValue {
        try JSONParser.parse(try #require(try await store.audit(after: 0, limit: 10_000).records.last).text)
    }

    @Test func eachChangeTellsWhoWhatAndByWhichRule() async throws {
        try await withLedger { store in
            var event = try Sample.event()
            event.planDigest = "abc"
            let accepted = try await AuditActor.$current.withValue(studio) { try await store.store(event) }
            let submit = try await last(store)
            #expect(submit["client"] == "dashboard" && submit["identity"] == "token" && submit["token"] == "t1")
            #expect(submit["entrance"] == "websocket" && submit["origin"] == "https://studio.example")
            #expect(submit["subject"]?.stringValue == accepted.id.text && submit["type"] == "CREATE_RESOURCE")
            #expect(submit["rule"] == "studio.yaml:2" && submit["plan"] == "abc" && submit["outcome"] == "accepted")
            #expect(submit["payload"] == nil)

            let local = AuditActor(client: .local, identity: .local, entrance: .control)
            try await AuditActor.$current.withValue(local) {
                _ = try await store.requestCancel(accepted.id, at: at(5), confirmation: Sample.confirmation)
                _ = try await store.retry(accepted.id, now: at(6))
            }
            let retry = try await last(store)
            #expect(retry["identity"] == "local" && retry["owner"] == "dashboard" && retry["verb"] == "retry")
            let (records, flaws) = try await audit(store)
            #expect(records == ["submit accepted", "cancel done", "outcome cancelled", "retry queued"])
            #expect(flaws == [])
        }
    }

    @Test func anOutcomeIsTheBridgesOwn() async throws {
        try await withLedger { store in
            _ = try await store.event("k-1", in: .failed)
            let outcome = try await last(store)
            #expect(outcome["identity"] == "bridge" && outcome["owner"] == "dashboard" && outcome["detail"] == "exit_status")
            let unknown = try await store.event("k-2", in: .unknown)
            _ = try await store.resolve(unknown.id, as: .succeeded(result: nil), at: at(20), confirmation: Sample.confirmation)
            _ = try await store.event("k-3", in: .expired)
            let (records, flaws) = try await audit(store)
            #expect(
                records == [
                    "submit accepted", "outcome failed", "submit accepted", "outcome unknown", "resolve succeeded", "outcome succeeded",
                    "submit accepted", "outcome expired",
                ])
            #expect(flaws == [])
        }
    }

    /// What changed nothing is not told of, and neither is what was undone.
    @Test func anOperationThatFailsLeavesNoRecord() async throws {
        try await withLedger { store in
            let record = try await store.store(try Sample.event())
            guard case .replayed = try await store.accept(try Sample.event(), claim: false) else {
                Issue.record("it was new")
                return
            }
            await #expect(throws: StoreError.self) { try await store.retry(record.id, now: at(1)) }
            await #expect(throws: StoreError.self) {
                try await store.resolve(record.id, as: .succeeded(result: nil), at: at(1), confirmation: Sample.confirmation)
            }
            // Together in one transaction with others that succeed.
            await withTaskGroup(of: Void.self) { group in
                for number in 0..<50 {
                    group.addTask { _ = try? await store.store(Sample.event("k-many-\(number)")) }
                    group.addTask { _ = try? await store.retry(record.id, now: at(1)) }
                }
            }
            let (records, flaws) = try await audit(store)
            #expect(records == Array(repeating: "submit accepted", count: 51))
            #expect(flaws == [])
        }
    }

    @Test func tokensAreToldOfWithoutTheirSecrets() async throws {
        try await withLedger { store in
            func token(_ id: String) -> TokenRecord {
                TokenRecord(
                    id: id, client: Sample.client, hash: PayloadFingerprint(of: .string(id)).bytes, origins: [], createdAt: at(0),
                    expiresAt: at(90_000), rate: nil, isSingleSession: false, label: nil)
            }
            try await store.insertToken(token("t1"))
            try await store.rotateToken("t1", to: token("t2"), oldEndsAt: at(50))
            _ = try await store.revokeTokens(.client(Sample.client), at: at(60))
            let (records, flaws) = try await audit(store)
            #expect(records == ["create_token done", "rotate_token done", "revoke_token done", "revoke_token done"])
            #expect(flaws == [])
            let texts = try await store.audit(after: 0, limit: 10).records.map(\.text).joined()
            #expect(!texts.contains(AuditRecord.hexadecimal(token("t1").hash)))
        }
    }

    @Test func theChainGoesOnAfterARestartAndAPruning() async throws {
        let folder = LedgerFolder()
        var store = try folder.open()
        for number in 1...20 { _ = try await store.audit(AuditEntry("start", "done", at: at(Int64(number)), by: .bridge)) }
        try await store.close()
        store = try folder.open()
        #expect(try await store.pruneAudit(before: at(8), keeping: 1000, now: at(100)) == 7)
        #expect(try await store.pruneAudit(before: at(8), keeping: 1000, now: at(100)) == 0)
        var (records, flaws) = try await audit(store)
        #expect(records.count == 14 && records.last == "prune_audit done" && flaws == [])
        #expect(try await store.pruneAudit(before: at(0), keeping: 5, now: at(101), limit: 4) == 4)
        #expect(try await store.pruneAudit(before: at(0), keeping: 5, now: at(102), limit: 1000) > 0)
        (records, flaws) = try await audit(store)
        #expect(flaws == [])
        // Whatever the limits say, the newest record stays: the next one is written after it.
        _ = try await store.pruneAudit(before: at(1000), keeping: 0, now: at(103))
        (records, flaws) = try await audit(store)
        #expect(!records.isEmpty && flaws == [])
        try await store.close()
    }

    /// What somebody does who can write the file, without knowing how records are made.
    @Test(
        arguments: [
            ("DELETE FROM audit WHERE seq = 3", [.missing(3...3)]),
            ("DELETE FROM audit WHERE seq > 3", [.missing(4...6)]),
            ("DELETE FROM audit", [.missing(1...6)]),
            ("UPDATE audit SET text = replace(text, 'start', 'stop') WHERE seq = 2", [.changed(2)]),
            ("UPDATE audit SET hash = zeroblob(32) WHERE seq = 2", [.changed(2), .detached(3)]),
            (
                "UPDATE audit SET seq = -1 WHERE seq = 2; UPDATE audit SET seq = 2 WHERE seq = 3; UPDATE audit SET seq = 3 WHERE seq = -1",
                [.misnumbered(2), .detached(2), .misnumbered(3), .detached(3), .detached(4)]
            ),
            ("INSERT INTO audit_anchor SELECT 1, seq, hash FROM audit WHERE seq = 2; DELETE FROM audit WHERE seq <= 2", [.wrongAnchor]),
        ] as [(String, [AuditFlaw])])
    func whatIsDoneToTheTableIsFound(sql: String, expected: [AuditFlaw]) async throws {
        let folder = LedgerFolder()
        var store = try folder.open()
        for number in 1...6 { _ = try await store.audit(AuditEntry("start", "done", at: at(Int64(number)), by: .bridge)) }
        try await store.close()
        let queue = try DatabaseQueue(path: folder.path + "/ledger.db")
        try await queue.write { try $0.execute(sql: sql) }
        try queue.close()
        store = try folder.open()
        #expect(try await audit(store).flaws == expected)
        #expect(try await store.checkAudit().flaws == expected)
        // The bridge goes on with a number of its own, so that the gap stays.
        _ = try await store.audit(AuditEntry("start", "done", at: at(7), by: .bridge))
        #expect(try await audit(store).flaws != [])
        try await store.close()
    }
}
