import DeskbridgeCore
import Testing

@testable import DeskbridgeStore

@Suite struct ConfirmationsTests {
    @Test func numbersGoUpThroughAllClients() async throws {
        try await withLedger { store in
            for number in 1...3 { _ = try await store.event("k\(number)", in: .succeeded) }
            _ = try await store.event("mine", in: .failed, client: .local)
            let all = try await store.confirmations(visibleTo: nil, after: 0, limit: 9)
            #expect(all.map(\.seq) == [1, 2, 3, 4])
            #expect(all.map(\.client) == [Sample.client, Sample.client, Sample.client, .local])
            #expect(try await store.confirmations(visibleTo: nil, after: 1, limit: 2).map(\.seq) == [2, 3])
            #expect(try await store.confirmations(visibleTo: .local, after: 0, limit: 9).map(\.seq) == [4])
            #expect(try await store.lastSeq(nil) == 4)
            #expect(try await store.lastSeq(Sample.client) == 3)
        }
    }

    @Test func anAcknowledgementCoversAllBeforeItAndNeverGoesBack() async throws {
        try await withLedger { store in
            for number in 1...4 { _ = try await store.event("k\(number)", in: .succeeded) }
            #expect(try await store.acknowledge(Sample.client, upTo: 3) == 3)
            #expect(try await store.acknowledge(Sample.client, upTo: 1) == 3)
            #expect(try await store.acknowledgedSeq(Sample.client) == 3)
            #expect(try await store.unacknowledged(Sample.client, limit: 9).map(\.seq) == [4])
            #expect(try await store.unacknowledged(Sample.client, after: 4, limit: 9).isEmpty)
            #expect(try await store.acknowledgedSeq(.local) == 0)
            #expect(try await store.statistics().unacknowledged == 1)
        }
    }

    @Test(arguments: [Int64.max, 3, 2]) func nothingUnsentCanBeAcknowledged(seq: Int64) async throws {
        try await withLedger { store in
            for number in 1...2 { _ = try await store.event("k\(number)", in: .succeeded) }
            #expect(try await store.acknowledge(Sample.client, upTo: seq) == 2)
            _ = try await store.event("next", in: .succeeded)
            #expect(try await store.unacknowledged(Sample.client, limit: 9).map(\.seq) == [3])
        }
    }

    @Test(arguments: [Int64.min, -1, 0]) func anAcknowledgementOfNothingChangesNothing(seq: Int64) async throws {
        try await withLedger { store in
            _ = try await store.event(in: .succeeded)
            let before = store.writerStatistics.commits
            #expect(try await store.acknowledge(Sample.client, upTo: seq) == 0)
            #expect(store.writerStatistics.commits == before)
        }
    }
}
