import DeskbridgeCore
import FoundationEssentials
import Glibc
import Testing

@testable import DeskbridgeStore

@Suite struct StorageFullTests {
    private let big = JSONValue.string(String(repeating: "x", count: 30_000))

    /// Fills the ledger until it takes nothing more, and gives the keys it took.
    private func fill(_ store: EventStore) async throws -> (taken: [String], error: StoreError?) {
        var taken: [String] = []
        for number in 0..<500 {
            do throws(StoreError) {
                let key = "k\(number)"
                guard let event = try? Sample.event(key, payload: big) else { break }
                guard case .stored(let record) = try await store.accept(event, claim: true) else { break }
                taken.append(key)
                try await store.finish(record.id, attempt: 1, AttemptEnd(at: at(10), state: .failed, failure: Sample.failure))
            } catch {
                return (taken, error)
            }
        }
        return (taken, nil)
    }

    @Test func aLedgerAtItsSizeTakesNothingMoreUntilSomethingIsForgotten() async throws {
        try await withLedger(EventStore.Options(maximumBytes: 2 << 20)) { store in
            let (taken, error) = try await fill(store)
            #expect(error?.kind == .storageFull)
            #expect(!taken.isEmpty)

            // What it took is still there, and it still gives things back.
            #expect(try await store.counts().values.reduce(0, +) >= taken.count)
            let retention = LedgerRetention(events: .zero, count: 0, keys: .zero)
            let pruned = try await store.prune(now: at(20), retention: retention, batch: 20)
            #expect(pruned.events > 0)
            try await store.store(Sample.event("afterwards", payload: big))
            #expect(try await store.findDamage().isEmpty)
        }
    }

    @Test func allThatSharedTheTransactionIsTold() async throws {
        try await withLedger(EventStore.Options(maximumBytes: 2 << 20)) { store in
            let events = try (0..<300).map { try Sample.event("k\($0)", payload: big) }
            let results = await withTaskGroup(of: Result<IntakeResult, StoreError>.self) { group in
                for event in events {
                    group.addTask {
                        do throws(StoreError) { return .success(try await store.accept(event, claim: false)) } catch {
                            return .failure(error)
                        }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            var stored = 0
            for result in results {
                switch result {
                case .success: stored += 1
                case .failure(let error): #expect(error.kind == .storageFull)
                }
            }
            #expect(stored < 300)
            #expect(store.writerStatistics.failedCommits > 0)
            #expect(try await store.counts()[.queued] ?? 0 == stored)
            #expect(try await store.findDamage().isEmpty)
        }
    }

    /// A real disk that is full when the transaction is written; mounting one takes root.
    @Test(.enabled(if: geteuid() == 0 && TinyDisk.canBeMounted)) func aFullDiskFailsTheCommitAndNothingElse() async throws {
        let disk = try #require(TinyDisk())
        let store = try EventStore.open(folder: disk.path + "/state")
        let (taken, error) = try await fill(store)
        #expect(error?.kind == .storageFull)
        #expect(try await store.counts().values.reduce(0, +) >= taken.count)
        try disk.removeBallast()
        try await store.store(Sample.event("afterwards"))
        #expect(try await store.findDamage().isEmpty)
        try await store.close()
    }
}

/// A disk of 4 MiB in memory, part of which is taken.
private final class TinyDisk {
    let path = "/tmp/deskbridge-disk-\(UUID().uuidString)"

    static var canBeMounted: Bool { TinyDisk() != nil }

    init?() {
        guard mkdir(path, 0o700) == 0 else { return nil }
        guard mount("tmpfs", path, "tmpfs", 0, "size=4m") == 0 else {
            rmdir(path)
            return nil
        }
        _ = FileManager.default.createFile(atPath: path + "/ballast", contents: Data(count: 2 << 20))
    }

    func removeBallast() throws { try FileManager.default.removeItem(atPath: path + "/ballast") }

    deinit {
        umount2(path, CInt(MNT_DETACH))
        rmdir(path)
    }
}
