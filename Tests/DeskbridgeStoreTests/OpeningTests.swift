import DeskbridgeCore
import FoundationEssentials
import GRDB
import Glibc
import Testing

@testable import DeskbridgeStore

@Suite struct OpeningTests {
    private func mode(_ path: String) -> mode_t {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode & 0o777 : 0
    }

    @Test func nobodyElseMayReadTheLedger() async throws {
        let folder = LedgerFolder()
        try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
        chmod(folder.path, 0o755)
        let store = try folder.open()
        #expect(mode(folder.path) == 0o700)
        for file in ["ledger.db", "ledger.db-wal", "ledger.db-shm", "lock"] { #expect(mode("\(folder.path)/\(file)") == 0o600) }
        try await store.close()
    }

    @Test func missingFoldersAreMade() async throws {
        let folder = LedgerFolder()
        let store = try EventStore.open(folder: folder.path + "/a/b//state")
        try await store.store(Sample.event())
        try await store.close()
        #expect(mode(folder.path + "/a") == 0o700)
    }

    @Test func eachCommitReachesTheDisk() async throws {
        try await withLedger { store in
            let settings = try await store.perform(
                StoreOperation { db in
                    try ["synchronous", "journal_mode", "foreign_keys", "wal_autocheckpoint"].map {
                        try String.fetchOne(db, sql: "PRAGMA \($0)")
                    }
                })
            #expect(settings == ["2", "wal", "1", "0"])
        }
    }

    @Test func readersNeitherWriteNorCheckpoint() async throws {
        try await withLedger { store in
            let settings = try await store.read { db in
                try ["wal_autocheckpoint", "query_only"].map { try Int.fetchOne(db, sql: "PRAGMA \($0)") }
            }
            #expect(settings == [0, 1])
            await #expect(throws: StoreError.self) { try await store.read { try $0.execute(sql: "DELETE FROM events") } }
        }
    }

    @Test func oneOwnerAtATimeAndTheOtherIsToldWho() async throws {
        let folder = LedgerFolder()
        let store = try folder.open()
        let error = #expect(throws: StoreError.self) { try folder.open() }
        #expect(error?.kind == .inUse(pid: getpid()))
        #expect(error?.description.contains("\(getpid())") == true)
        try await store.close()
        try await folder.open().close()
    }

    @Test func aClosedLedgerHasNoLogLeft() async throws {
        let folder = LedgerFolder()
        let store = try folder.open()
        try await store.store(Sample.event())
        _ = try await store.counts()
        try await store.close()
        #expect(Set(try FileManager.default.contentsOfDirectory(atPath: folder.path)) == ["ledger.db", "lock"])
    }

    @Test func aLedgerKeepsItsIdentityAndSharesItWithNone() async throws {
        let (folder, other) = (LedgerFolder(), LedgerFolder())
        let store = try folder.open()
        try await store.close()
        let again = try folder.open()
        let stranger = try other.open()
        #expect(again.id == store.id && again.id.count == 32 && stranger.id != store.id)
        try await again.close()
        try await stranger.close()
    }

    @Test func aLedgerOfANewerVersionIsLeftAlone() async throws {
        let folder = LedgerFolder()
        let store = try folder.open()
        try await store.perform(
            StoreOperation { try $0.execute(sql: "INSERT INTO grdb_migrations (identifier) VALUES ('M999_Future')") })
        try await store.close()
        let error = #expect(throws: StoreError.self) { try folder.open() }
        #expect(error?.kind == .superseded)
    }

    @Test func whatIsNoLedgerIsSaidToBeDamaged() throws {
        let folder = LedgerFolder()
        try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
        #expect(FileManager.default.createFile(atPath: folder.path + "/ledger.db", contents: Data(repeating: 65, count: 8192)))
        let error = #expect(throws: StoreError.self) { try folder.open() }
        #expect(error?.kind == .corrupt)
    }

    /// After a crash the log is still there, and the ledger is looked through before it is used.
    @Test func damageIsFoundWhenTheLastEndWasNoClose() async throws {
        let folder = LedgerFolder()
        let filling = try folder.open()
        try await filling.fill(queued: 2000)
        try await filling.close()
        let store = try folder.open()
        try await store.store(Sample.event())
        let copy = try folder.crashed()
        try await store.close()

        let file = Glibc.open(copy.path + "/ledger.db", O_RDWR)
        let garbage = [UInt8](repeating: 0xEE, count: 4096)
        for page in 20..<40 { pwrite(file, garbage, garbage.count, page * 4096) }
        Glibc.close(file)
        let error = #expect(throws: StoreError.self) { try copy.open() }
        #expect(error?.kind == .corrupt)
    }

    @Test func whatWasAnsweredSurvivesTheEndOfTheProcess() async throws {
        let folder = LedgerFolder()
        let store = try folder.open()
        let queued = try await store.event("queued", in: .queued)
        let running = try await store.event("running", in: .running)
        let ended = try await store.event("ended", in: .succeeded)
        let copy = try folder.crashed()
        try await store.close()

        let survivor = try copy.open()
        for record in [queued, running, ended] { #expect(try await survivor.find(record.id) == record) }
        #expect(try await survivor.unacknowledged(Sample.client, limit: 9).map(\.seq) == [1])
        let rescued = try await survivor.rescue(now: at(99)) { _, _ in .runAgain(dueAt: at(99)) }
        #expect(rescued.map(\.event.id) == [running.id])
        try await survivor.close()
    }

    /// A power cut may tear the last transaction, which nobody was answered for; the ones before it stand.
    @Test func aTornLastTransactionIsNotThereAtAll() async throws {
        let folder = LedgerFolder()
        let store = try folder.open()
        let kept = try await store.event("kept", in: .succeeded)
        let torn = try await store.event("torn", in: .queued)
        let copy = try folder.crashed()
        try await store.close()

        let log = copy.path + "/ledger.db-wal"
        let size = try #require(try FileManager.default.attributesOfItem(atPath: log)[.size] as? Int)
        #expect(truncate(log, size - 100) == 0)
        let survivor = try copy.open()
        #expect(try await survivor.find(kept.id) == kept)
        #expect(try await survivor.record(torn.id) == nil)
        #expect(try await survivor.findDamage().isEmpty)
        try await survivor.close()
    }
}

extension LedgerFolder {
    /// The files as `kill -9` would leave them: the log and all, and nobody holds the lock.
    func crashed() throws -> LedgerFolder {
        let copy = LedgerFolder()
        try FileManager.default.createDirectory(atPath: copy.path, withIntermediateDirectories: true)
        for file in ["ledger.db", "ledger.db-wal"] {
            try FileManager.default.copyItem(atPath: "\(path)/\(file)", toPath: "\(copy.path)/\(file)")
        }
        return copy
    }
}
