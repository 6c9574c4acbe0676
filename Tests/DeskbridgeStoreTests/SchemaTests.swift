import DeskbridgeCore
import FoundationEssentials
import GRDB
import Testing

@testable import DeskbridgeStore

/// Ledgers that older versions left behind. The dumps are frozen: a new schema gets a new one beside them.
@Suite struct SchemaTests {
    private static let fixtures = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures")

    private func restore(_ dump: String) throws -> LedgerFolder {
        let folder = LedgerFolder()
        try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
        let sql = try String(contentsOf: Self.fixtures.appending(path: dump), encoding: .utf8)
        let queue = try DatabaseQueue(path: folder.path + "/ledger.db")
        try queue.writeWithoutTransaction { try $0.execute(sql: sql) }
        try queue.close()
        return folder
    }

    @Test(arguments: ["store-v1.sql", "store-v3.sql", "store-v5.sql"]) func anOldLedgerIsTakenOverWhole(dump: String) async throws {
        let folder = try restore(dump)
        let store = try folder.open()
        #expect(try await store.findDamage().isEmpty)
        #expect(
            try await store.counts() == [
                .queued: 1, .running: 1, .retrying: 1, .waiting: 1, .succeeded: 1, .failed: 1, .expired: 1, .unknown: 1,
            ])
        let page = try await store.events(EventFilter(states: [.succeeded]), limit: 1)
        let history = try await store.history(try #require(page.events.first).id)
        #expect(history.event.payload == ["name": "Project_001", "password": "hunter2"])
        #expect(history.event.shownPayload == ["name": "Project_001", "password": "<secret>"])
        #expect(history.event.result == ["path": "/home/user/Projects/Project_001"])
        #expect(history.event.event.format == .cloudEvents(source: "/studio"))
        #expect(history.attempts.map(\.outcome) == [.failed, .succeeded])
        #expect(history.attempts.map(\.steps).map { $0.map(\.step) } == [["project"], ["repository"]])
        #expect(history.attempts[0].outputTail == [OutputTailLine(stream: "stderr", text: "busy")])
        #expect(history.confirmation?.seq == 1)

        let waiting = try #require(try await store.waiting().first)
        #expect(waiting.waitsFor == .approval && waiting.dueAt != nil)
        #expect(try await store.history(waiting.id).approvals.map(\.answer) == [nil])
        #expect(try await store.notifications().count == (dump == "store-v1.sql" ? 0 : 1))

        let answers = try await store.rememberedAnswers()
        #expect(answers.map(\.number) == (dump == "store-v5.sql" ? [3, 4] : []))
        #expect(answers.map(\.scope.origin) == (dump == "store-v5.sql" ? ["https://studio.example", nil] : []))
        let terms = try await store.history(waiting.id).approvals.last?.remembers
        #expect((terms?.lifetime == .seconds(30 * 86_400)) == (dump == "store-v5.sql"))

        let dashboard = try #require(ClientName("dashboard"))
        #expect(try await store.acknowledgedSeq(dashboard) == 1)
        #expect(try await store.unacknowledged(dashboard, limit: 9).map(\.seq) == [2, 3])
        let token = try #require(try await store.tokens().first)
        #expect(token.origins == ["https://studio.example"] && token.rate == Rate(count: 60, window: .seconds(10)))

        // The one that was dropped is only known by its key.
        let dropped = try #require(IdempotencyKey("k-cancelled"))
        var again = try Sample.event(payload: ["name": "k-cancelled"])
        again.key = dropped
        guard case .replayed(let record, _) = try await store.accept(again, claim: false) else {
            Issue.record("the key was forgotten")
            return
        }
        #expect(record.state == .cancelled)

        let rescued = try await store.rescue(now: at(1)) { _, _ in .runAgain(dueAt: at(1)) }
        #expect(rescued.count == 1)
        try await store.close()
    }

    /// A step that was released must not change, or new ledgers would differ from old ones.
    @Test func aNewLedgerHasTheSchemaOfTheLatestDump() async throws {
        let statement = "SELECT sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY name"
        let folder = try restore("store-v5.sql")
        let old = try folder.open()
        let oldSchema = try await old.read { try String.fetchAll($0, sql: statement) }
        try await old.close()
        try await withLedger { new in
            let newSchema = try await new.read { try String.fetchAll($0, sql: statement) }
            #expect(newSchema == oldSchema)
        }
    }
}
