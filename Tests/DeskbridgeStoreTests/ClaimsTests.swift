import DeskbridgeCore
import GRDB
import Testing

@testable import DeskbridgeStore

@Suite struct ClaimsTests {
    @Test func theLongestDueComeFirstWhateverTheirAction() async throws {
        try await withLedger { store in
            for (key, action, moment) in [("c", "x", 30), ("a", "y", 10), ("b", "x", 20), ("later", "y", 99)] {
                try await store.store(Sample.event(key, action: action, acceptedAt: at(Int64(moment))))
            }
            let claimed = try await store.claimDue(now: at(50), limit: 2)
            #expect(claimed.map(\.key.text) == ["a", "b"])
            #expect(claimed.allSatisfy { $0.state == .running && $0.attempt == 1 && $0.dueAt == nil })
            #expect(try await store.history(claimed[0].id).attempts == [AttemptRecord(number: 1, startedAt: at(50))])
            #expect(try await store.claimDue(now: at(50), limit: 9).map(\.key.text) == ["c"])
            #expect(try await store.nextDue(after: at(50)) == at(99))
            #expect(try await store.nextDue(after: at(99)) == nil)
        }
    }

    @Test func saturatedGroupsArePassedOver() async throws {
        try await withLedger { store in
            for (key, action, group) in [
                ("1", "busy", nil), ("2", "keyed", "full"), ("3", "keyed", "free"), ("4", "keyed", nil), ("5", "other", "full"),
            ] as [(String, String, String?)] {
                try await store.store(Sample.event(key, action: action, concurrencyKey: group))
            }
            let full: Set = [
                ConcurrencyGroup(action: "busy", key: nil), ConcurrencyGroup(action: "keyed", key: "full"),
                ConcurrencyGroup(action: "keyed", key: nil),
            ]
            let claimed = try await store.claimDue(now: at(0), limit: 9, saturatedKeys: full)
            #expect(claimed.map(\.key.text) == ["3", "5"])
            #expect(try await store.claimDue(now: at(0), limit: 9).map(\.key.text) == ["1", "2", "4"])
        }
    }

    @Test func oneClaimTakesNoMoreOfAGroupThanThereIsRoomFor() async throws {
        try await withLedger { store in
            for number in 1...5 { try await store.store(Sample.event("a\(number)", concurrencyKey: "a")) }
            for number in 1...3 { try await store.store(Sample.event("b\(number)", concurrencyKey: "b")) }
            let claimed = try await store.claimDue(now: at(0), limit: 4) { $0.key == "a" ? 1 : 2 }
            #expect(claimed.map(\.key.text) == ["a1", "b1", "b2"])
        }
    }

    @Test func whatWasDueBeforeCanBePassedOver() async throws {
        try await withLedger { store in
            for moment in [10, 20, 30] as [Int64] {
                try await store.store(Sample.event("k\(moment)", action: "a\(moment)", acceptedAt: at(moment)))
            }
            #expect(try await store.dueCount(until: at(25), atMost: 9) == 2)
            #expect(try await store.dueCount(until: at(25), atMost: 1) == 1)
            #expect(try await store.claimDue(dueAfter: at(10), now: at(25), limit: 9).map(\.key.text) == ["k20"])
            #expect(try await store.dueCount(until: at(99), atMost: 9) == 2)
        }
    }

    @Test func anEventIsClaimedOnce() async throws {
        try await withLedger { store in
            for number in 1...50 { try await store.store(Sample.event("k\(number)")) }
            let claimed = try await withThrowingTaskGroup(of: [EventRecord].self) { group in
                for _ in 1...20 { group.addTask { try await store.claimDue(now: at(0), limit: 5) } }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(claimed.count == 50)
            #expect(Set(claimed.map(\.id)).count == 50)
        }
    }

    @Test(arguments: [DueEvents.actionsSQL, DueEvents.oldestSQL, DueEvents.oldestWithKeySQL])
    func claimsAreAnsweredFromTheIndexAlone(sql: String) async throws {
        try await withLedger { store in
            try await store.fill(queued: 100_000)
            let arguments = StatementArguments(Array(repeating: 1, count: sql.count { $0 == "?" }))
            let plan = try await store.read { db in
                try String.fetchAll(
                    db, sql: "EXPLAIN QUERY PLAN " + sql, arguments: arguments, adapter: SuffixRowAdapter(fromIndex: 3))
            }
            let touched = plan.filter { $0.contains(" events") || $0.contains("SORT") || $0.contains("B-TREE") }
            #expect(!touched.isEmpty)
            #expect(touched.allSatisfy { $0.hasPrefix("SEARCH events USING COVERING INDEX events_due") }, "\(plan)")

            let claimed = try await store.claimDue(
                now: at(200_000), limit: 3,
                saturatedKeys: [ConcurrencyGroup(action: "a0", key: "k"), ConcurrencyGroup(action: "a1", key: "k")])
            #expect(claimed.map(\.action) == ["a2", "a3", "a4"])
        }
    }
}

extension EventStore {
    /// Queues many events of ten actions, faster than one by one.
    func fill(queued count: Int) async throws {
        try await perform(
            StoreOperation { db in
                try db.execute(
                    sql: """
                        WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?)
                        INSERT INTO events (id, client, key, fingerprint, type, payload, rule, action, accepted_at,
                            concurrency_key, maximum_attempts, state, attempt, due_at)
                        SELECT printf('00000000-0000-7000-8000-%012x', i), 'local', printf('k%d', i), zeroblob(32), 'T', '{}',
                            'r', printf('a%d', i % 10), i, 'k', 3, 'queued', 0, ? + i
                        FROM n
                        """,
                    arguments: [count, at(0).milliseconds])
            })
    }
}
