import DeskbridgeCore
import Testing

@testable import DeskbridgeStore

@Suite struct PruningTests {
    private let month = LedgerRetention(events: .seconds(1000), count: 1000, keys: .seconds(3000))

    @Test func onlyWhatHasEndedIsForgotten() async throws {
        try await withLedger { store in
            for state in DeliveryState.allCases { _ = try await store.event(state.rawValue, in: state) }
            let result = try await store.prune(now: at(1_000_011), retention: month)
            #expect(result.events == 5)
            #expect(result.confirmations == 4)
            #expect(!result.isFull)
            #expect(try await store.counts() == [.queued: 1, .running: 1, .retrying: 1, .waiting: 1])
            let keys = try await store.prune(now: at(99_000_000), retention: month)
            #expect(keys.keys == 5)
            #expect(keys.events == 0)
            #expect(try await store.prune(now: at(99_000_000), retention: month) == PruneResult())
        }
    }

    @Test func agesCountToTheMillisecond() async throws {
        try await withLedger { store in
            _ = try await store.event(in: .succeeded)
            #expect(try await store.prune(now: at(1_000_010), retention: month).events == 0)
            #expect(try await store.prune(now: at(1_000_011), retention: month).events == 1)
        }
    }

    @Test func aKeyIsRememberedLongerThanItsEvent() async throws {
        try await withLedger { store in
            let record = try await store.event(in: .succeeded)
            _ = try await store.prune(now: at(2_000_000), retention: month)
            #expect(try await store.record(record.id) == nil)
            var again = record.event
            again.id = EventID(at: at(2_000_000))
            again.acceptedAt = at(2_000_000)
            guard case .replayed(let stripped, nil) = try await store.accept(again, claim: false) else {
                Issue.record("the key was forgotten")
                return
            }
            #expect(stripped.state == .succeeded)
            #expect(try await store.prune(now: at(3_000_001), retention: month).keys == 1)
            try await store.store(again)
        }
    }

    @Test func theCountKeepsTheNewest() async throws {
        try await withLedger { store in
            for number in 1...10 { _ = try await store.event("k\(number)", in: .succeeded) }
            _ = try await store.event("open", in: .queued)
            let few = LedgerRetention(events: .seconds(1000), count: 3, keys: .seconds(3000))
            #expect(try await store.prune(now: at(20), retention: few, batch: 4).isFull)
            #expect(try await store.prune(now: at(20), retention: few, batch: 4).events == 3)
            let left = try await store.events(limit: 99).events.map(\.key.text)
            #expect(left == ["open", "k10", "k9", "k8"])
        }
    }

    /// Cut off by the count, the event goes; what its client has not seen yet does not.
    @Test func aConfirmationOutlivesItsEventUntilItIsAcknowledged() async throws {
        try await withLedger { store in
            for number in 1...2 { _ = try await store.event("k\(number)", in: .succeeded) }
            try await store.acknowledge(Sample.client, upTo: 1)
            let none = LedgerRetention(events: .seconds(1000), count: 0, keys: .zero)
            let result = try await store.prune(now: at(20), retention: none)
            #expect(result.events == 2)
            #expect(result.keys == 1)
            #expect(try await store.unacknowledged(Sample.client, limit: 9).map(\.seq) == [2])
            #expect(try await store.confirmations(visibleTo: nil, after: 0, limit: 9).map(\.seq) == [2])
        }
    }

    @Test func aNumberIsNeverUsedTwice() async throws {
        try await withLedger { store in
            _ = try await store.event("k1", in: .succeeded)
            _ = try await store.prune(now: at(99_000_000), retention: month)
            #expect(try await store.confirmations(visibleTo: nil, after: 0, limit: 9).isEmpty)
            let next = try await store.event("k2", in: .succeeded)
            #expect(next.confirmationSeq == 2)
            #expect(try await store.lastSeq(nil) == 2)
        }
    }
}
