import DeskbridgeCore
import GRDB
import Testing

@testable import DeskbridgeStore

/// Listings of a span of time, which go by the ids.
@Suite(.timeLimit(.minutes(1))) struct SpanListingTests {
    private func all(_ store: EventStore, _ filter: EventFilter, limit: Int) async throws -> (ids: [EventID], pages: Int) {
        var found: [EventID] = []
        var cursor: Int64?
        var pages = 0
        repeat {
            let page = try await store.events(filter, before: cursor, limit: limit)
            #expect(page.events.count <= limit)
            found += page.events.map(\.id)
            cursor = page.next
            pages += 1
        } while cursor != nil
        return (found, pages)
    }

    @Test(arguments: [1, 7, 11, 13]) func aSpanHoldsWhatWasAcceptedInItWhicheverWayTheClockWent(step: Int64) async throws {
        try await withLedger { store in
            var times: [EventID: Int64] = [:]
            for number in 0..<120 {
                let time = Int64(number) * step % 40
                let client = number.isMultiple(of: 3) ? Sample.client : .local
                let record = try await store.store(Sample.event("k\(number)", client: client, acceptedAt: at(time)))
                times[record.id] = time
            }
            for (from, to) in [(0, 40), (10, 11), (10, 30), (39, 99), (5, 5), (50, 60)] as [(Int64, Int64)] {
                let wanted = times.filter { (from..<to).contains($0.value) }.keys.sorted { $0.text > $1.text }
                for limit in [1, 7, 500] {
                    #expect(try await all(store, EventFilter(from: at(from), to: at(to)), limit: limit).ids == wanted)
                }
                let local = try await all(store, EventFilter(client: .local, from: at(from), to: at(to)), limit: 3).ids
                let others = try await all(store, EventFilter(client: Sample.client, from: at(from), to: at(to)), limit: 3).ids
                #expect((local + others).sorted { $0.text > $1.text } == wanted)
            }
            #expect(try await all(store, EventFilter(from: at(20)), limit: 9).ids.count == times.values.count { $0 >= 20 })
            #expect(try await all(store, EventFilter(to: at(20)), limit: 9).ids.count == times.values.count { $0 < 20 })
            #expect(try await all(store, EventFilter(states: [.failed, .running], from: at(0)), limit: 9).ids == [])
            #expect(try await all(store, EventFilter(states: [.failed, .queued], from: at(0)), limit: 9).ids.count == 120)
        }
    }

    @Test func aPageGoesOnWhereTheOneBeforeEndedThoughThatEventIsForgotten() async throws {
        try await withLedger { store in
            for number in 1...6 { try await store.store(Sample.event("k\(number)", acceptedAt: at(Int64(number)))) }
            let filter = EventFilter(from: at(0), to: at(100))
            let first = try await store.events(filter, limit: 3)
            #expect(first.events.map(\.key.text) == ["k6", "k5", "k4"])
            let next = try #require(first.next)
            try await store.perform(StoreOperation { db in try db.run("DELETE FROM events WHERE sequence = ?", [next]) })
            #expect(try await store.events(filter, before: next, limit: 9).events.map(\.key.text) == ["k3", "k2", "k1"])
        }
    }

    @Test func aRareEventOfASpanIsFoundOverSeveralShortPages() async throws {
        try await withLedger { store in
            // At the beginning of 1970, all of them.
            try await store.fill(queued: 45_000)
            let found = try await all(store, EventFilter(text: "000000000007", to: at(0)), limit: 10)
            #expect(found.ids.map(\.text) == ["00000000-0000-7000-8000-000000000007"])
            #expect(found.pages == 3)
        }
    }

    @Test func nothingOutsideTheSpanIsLookedAt() async throws {
        let filter = EventFilter(
            states: [.failed, .queued], type: EventType("CREATE_RESOURCE"), client: .local, text: "x", from: at(0), to: at(10))
        try await withLedger { store in
            let listings = [
                filter, EventFilter(from: at(0)), EventFilter(client: .local, to: at(0)), EventFilter(states: [.failed], to: at(0)),
            ]
            for listing in listings {
                let sql = EventListing(filter: listing, before: .max, limit: 50).spanSQL
                #expect(try await plan(of: sql, store) == ["SEARCH events USING INDEX sqlite_autoindex_events_1 (id>? AND id<?)"], "\(sql)")
            }
            let last = try await plan(of: EventListing.lastLookedAt, store)
            #expect(last == ["SEARCH events USING COVERING INDEX sqlite_autoindex_events_1 (id>? AND id<?)"])
        }
    }

    private func plan(of sql: String, _ store: EventStore) async throws -> [String] {
        let count = sql.count { $0 == "?" }
        return try await store.read { db in
            try String.fetchAll(
                db, sql: "EXPLAIN QUERY PLAN " + sql, arguments: StatementArguments(Array(repeating: 1, count: count)),
                adapter: SuffixRowAdapter(fromIndex: 3))
        }
    }
}
