import DeskbridgeCore
import Testing

@testable import DeskbridgeStore

@Suite struct InspectionTests {
    @Test func pagesAreNewestFirstAndStable() async throws {
        try await withLedger { store in
            for number in 1...7 { try await store.store(Sample.event("k\(number)")) }
            let first = try await store.events(limit: 3)
            #expect(first.events.map(\.key.text) == ["k7", "k6", "k5"])
            try await store.store(Sample.event("newer"))

            let second = try await store.events(before: first.next, limit: 3)
            #expect(second.events.map(\.key.text) == ["k4", "k3", "k2"])
            let third = try await store.events(before: second.next, limit: 3)
            #expect(third.events.map(\.key.text) == ["k1"])
            #expect(third.next == nil)
        }
    }

    @Test func filtersNarrowAListing() async throws {
        try await withLedger { store in
            let failed = try await store.event("failed", in: .failed)
            let running = try await store.event("running", in: .running)
            let mine = try await store.event("mine", in: .queued, client: .local)
            let other = try await store.store(Sample.event("other", type: "DELETE_ALL", payload: ["name": "100%_sure"]))

            func ids(_ filter: EventFilter) async throws -> [EventID] {
                var found: [EventID] = []
                var cursor: Int64?
                repeat {
                    let page = try await store.events(filter, before: cursor, limit: 1)
                    found += page.events.map(\.id)
                    cursor = page.next
                } while cursor != nil
                return found
            }
            #expect(try await ids(EventFilter(states: [.failed])) == [failed.id])
            #expect(try await ids(EventFilter(states: [.failed, .running, .queued])) == [other, mine, running, failed].map(\.id))
            #expect(try await ids(EventFilter(client: .local)) == [mine.id])
            #expect(try await ids(EventFilter(states: [.queued], type: EventType("DELETE_ALL"))) == [other.id])
            #expect(try await ids(EventFilter(text: "100%_S")) == [other.id])
            #expect(try await ids(EventFilter(text: "0%s")) == [])
            #expect(try await ids(EventFilter(text: "runn")) == [running.id])
            #expect(try await ids(EventFilter(text: failed.id.text)) == [failed.id])
            let accepted = other.event.acceptedAt
            #expect(try await ids(EventFilter(type: EventType("DELETE_ALL"), from: accepted)) == [other.id])
            #expect(try await ids(EventFilter(from: accepted + .milliseconds(1))) == [])
            #expect(try await ids(EventFilter(type: EventType("DELETE_ALL"), to: accepted)) == [])
            #expect(try await ids(EventFilter(type: EventType("DELETE_ALL"), to: accepted + .milliseconds(1))) == [other.id])
        }
    }

    @Test(arguments: [Int64.min, -1, 0]) func beforeTheBeginningThereIsNothing(cursor: Int64) async throws {
        try await withLedger { store in
            try await store.store(Sample.event("one"))
            for filter in [EventFilter(), EventFilter(text: "one"), EventFilter(states: [.queued])] {
                let page = try await store.events(filter, before: cursor, limit: 9)
                #expect(page.events.isEmpty && page.next == nil)
            }
        }
    }

    @Test func secretsAreNotSearched() async throws {
        try await withLedger { store in
            var event = try Sample.event(payload: ["password": "hunter2"])
            event.shownPayload = ["password": "<secret>"]
            try await store.store(event)
            #expect(try await store.events(EventFilter(text: "hunter"), limit: 9).events.isEmpty)
        }
    }

    @Test func aRareEventIsFoundOverSeveralShortPages() async throws {
        try await withLedger { store in
            let rare = try await store.store(Sample.event("needle"))
            try await store.fill(queued: 45_000)
            var pages = 0
            var cursor: Int64?
            var found: [EventID] = []
            repeat {
                let page = try await store.events(EventFilter(text: "needle"), before: cursor, limit: 10)
                found += page.events.map(\.id)
                cursor = page.next
                pages += 1
            } while cursor != nil
            #expect(found == [rare.id])
            #expect(pages == 3)
        }
    }

    @Test func theStandOfTheLedgerIsTold() async throws {
        try await withLedger { store in
            for state in DeliveryState.allCases { _ = try await store.event(state.rawValue, in: state) }
            let statistics = try await store.statistics()
            #expect(statistics.counts == Dictionary(uniqueKeysWithValues: DeliveryState.allCases.map { ($0, 1) }))
            #expect(statistics.open == 4)
            #expect(statistics.total == 9)
            #expect(statistics.oldestQueuedAt == at(0))
            #expect(statistics.unacknowledged == 4)
            #expect(statistics.lastSeq == 4)
            #expect(try await store.findDamage().isEmpty)
        }
    }
}
