import DeskbridgeCore
import Dispatch
import GRDB
import Synchronization
import Testing

@testable import DeskbridgeStore

@Suite(.timeLimit(.minutes(1))) struct GroupCommitTests {
    /// Holds the writer in the middle of a transaction until it is let go.
    private func occupy(_ store: EventStore) async -> DispatchSemaphore {
        let gate = DispatchSemaphore(value: 0)
        await withCheckedContinuation { entered in
            store.enqueue(
                StoreOperation { db in
                    entered.resume()
                    gate.wait()
                    try db.run("INSERT INTO acknowledgements (client, seq) VALUES ('gate', 1)")
                }
            ) { (_: Result<Void, StoreError>) in }
        }
        return gate
    }

    /// Queues operations behind a busy writer and gives their answers in the order in which they came.
    private func answers<Answer>(
        _ store: EventStore, to operations: [StoreOperation<Answer>]
    ) async -> [(Int, Result<Answer, StoreError>)] {
        let gate = await occupy(store)
        let collected = Collected<Answer>()
        return await withCheckedContinuation { continuation in
            for (number, operation) in operations.enumerated() {
                store.enqueue(operation) { answer in
                    let all = collected.answers.withLock { all in
                        all.append((number, answer))
                        return all
                    }
                    if all.count == operations.count { continuation.resume(returning: all) }
                }
            }
            gate.signal()
        }
    }

    private final class Collected<Answer: Sendable>: Sendable {
        let answers = Mutex<[(Int, Result<Answer, StoreError>)]>([])
    }

    @Test func whatComesDuringACommitSharesTheNext() async throws {
        try await withLedger { store in
            let events = try (0..<500).map { try Sample.event("k\($0)") }
            let before = store.writerStatistics
            let answers = await answers(store, to: events.map { .accept($0, claim: true) })
            #expect(store.writerStatistics.commits == before.commits + 2)
            #expect(store.writerStatistics.operations == before.operations + 501)
            #expect(answers.map(\.0) == Array(0..<500))
            #expect(answers.allSatisfy { if case .success(.stored) = $0.1 { true } else { false } })
            #expect(try await store.counts() == [.running: 500])
        }
    }

    @Test(arguments: [(10, 8 << 20, 4), (1000, 10 * (1024 + 2), 4), (1000, 1, 26)])
    func aTransactionIsBounded(operations: Int, bytes: Int, commits: Int) async throws {
        var options = EventStore.Options()
        options.operationsPerCommit = operations
        options.bytesPerCommit = bytes
        try await withLedger(options) { store in
            let events = try (0..<25).map { try Sample.event("k\($0)", payload: [:]) }
            let before = store.writerStatistics.commits
            _ = await answers(store, to: events.map { .accept($0, claim: false) })
            #expect(store.writerStatistics.commits == before + commits)
            #expect(try await store.counts() == [.queued: 25])
        }
    }

    @Test func anOperationThatFailsIsUndoneAlone() async throws {
        try await withLedger { store in
            let good = try (0..<2).map { try Sample.event("good\($0)") }
            let bad = StoreOperation<IntakeResult> { db in
                try db.run("INSERT INTO acknowledgements (client, seq) VALUES ('half', 1)")
                throw StoreError(.notFound, "no")
            }
            let broken = StoreOperation<IntakeResult> { db in
                try db.execute(sql: "INSERT INTO attempts (event, number, started_at) VALUES (999, 1, 1)")
                return .keyReused(existing: good[0].id)
            }
            let answers = await answers(
                store, to: [.accept(good[0], claim: false), bad, broken, .accept(good[1], claim: false)])
            #expect(answers[0].1.isSuccess && answers[3].1.isSuccess)
            #expect(answers[1].1 == .failure(StoreError(.notFound, "no")))
            #expect(!answers[2].1.isSuccess)
            #expect(try await store.counts() == [.queued: 2])
            #expect(try await store.acknowledgedSeq(ClientName("half") ?? .local) == 0)
        }
    }

    @Test func anOperationThatFailsAloneLeavesNothing() async throws {
        try await withLedger { store in
            let before = store.writerStatistics
            let bad = StoreOperation<Void> { db in
                try db.run("INSERT INTO acknowledgements (client, seq) VALUES ('half', 1)")
                throw StoreError(.notFound, "no")
            }
            await #expect(throws: StoreError(.notFound, "no")) { try await store.perform(bad) }
            #expect(store.writerStatistics.commits == before.commits)
            #expect(store.writerStatistics.failedCommits == 0)
            let half = try #require(ClientName("half"))
            #expect(try await store.acknowledgedSeq(half) == 0)
        }
    }

    @Test func manyCallersAtOnceCostFewCommits() async throws {
        try await withLedger { store in
            let events = try (0..<1000).map { try Sample.event("k\($0)") }
            let before = store.writerStatistics.commits
            try await withThrowingTaskGroup(of: Void.self) { group in
                for event in events { group.addTask { try await store.store(event) } }
                try await group.waitForAll()
            }
            #expect(store.writerStatistics.commits - before < 500)
            #expect(try await store.counts() == [.queued: 1000])
        }
    }

    @Test func aCancelledCallerStillGetsWhatWasStored() async throws {
        try await withLedger { store in
            let event = try Sample.event()
            let task = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                return try await store.accept(event, claim: false)
            }
            guard case .stored = try await task.value else {
                Issue.record("it was not stored")
                return
            }
            #expect(try await store.counts() == [.queued: 1])
        }
    }

    @Test func closingFinishesWhatIsQueuedAndRefusesTheRest() async throws {
        let folder = LedgerFolder()
        let store = try folder.open()
        let events = try (0..<50).map { try Sample.event("k\($0)") }
        let late = try Sample.event("late")
        async let answers = answers(store, to: events.map { .accept($0, claim: false) })
        _ = await answers
        try await store.close()
        await #expect(throws: StoreError.closed) { try await store.accept(late, claim: false) }
        await #expect(throws: StoreError.self) { try await store.counts() }
        try await store.close()

        let reopened = try folder.open()
        #expect(try await reopened.counts() == [.queued: 50])
        try await reopened.close()
    }

    @Test func theLogIsFoldedInWhileTheLedgerGrows() async throws {
        try await withLedger { store in
            let payload = JSONValue.string(String(repeating: "x", count: 20_000))
            let events = try (0..<400).map { try Sample.event("k\($0)", payload: payload) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for event in events { group.addTask { try await store.store(event) } }
                try await group.waitForAll()
            }
            #expect(store.writerStatistics.lastFailure == nil)
            _ = try await store.perform(StoreOperation { _ in })
            #expect(store.writerStatistics.checkpoints > 0)
        }
    }
}

extension Result {
    fileprivate var isSuccess: Bool { if case .success = self { true } else { false } }
}
