internal import Dispatch
internal import GRDB

/// The ledger: every accepted event, what became of it, and the confirmations that are owed for it.
///
/// All writes go through one writer that gathers what comes at the same time into one transaction; a caller is answered once its
/// own change is on disk. Reads see all that was answered before they began. Cancelling the task that asks changes nothing.
package final class EventStore: Sendable {
    package struct Options: Sendable {
        /// Beyond this many bytes the ledger takes nothing more (``StoreError/Kind/storageFull``). Nil: as much as the disk holds.
        package var maximumBytes: Int?
        package var readers = 4
        /// How much one transaction gathers at most.
        package var operationsPerCommit = 1000
        package var bytesPerCommit = 8 << 20

        package init(maximumBytes: Int? = nil) { self.maximumBytes = maximumBytes }
    }

    /// Tells this ledger from every other one: 32 hexadecimal digits.
    package let id: String
    let pool: DatabasePool
    let lastUses: LastUses
    private let writer: GroupCommitWriter
    private let folder: StateFolder
    // The last one, so that a ledger that is let go unclosed closes its file before another process may open it.
    private let lock: FolderLock

    /// Opens the ledger in a folder, makes it if there is none, and holds the folder until ``close()``.
    ///
    /// Blocks: call it before there is anything to hold up.
    /// - Throws: ``StoreError``, among them `inUse` and `superseded`.
    package static func open(folder path: String, options: Options = Options()) throws(StoreError) -> EventStore {
        let folder = StateFolder(path: path)
        try folder.make()
        let lock = try FolderLock(at: folder.lock)
        try folder.makeLedger()
        let endedInGoodOrder = folder.logSize == 0
        do {
            let pool = try LedgerConnection.open(folder.ledger, options: options)
            if !endedInGoodOrder, folder.ledgerSize <= LedgerCheck.largestAtStart {
                try pool.writeWithoutTransaction(LedgerCheck.demandSound)
            }
            try LedgerConnection.migrate(pool)
            let id = try pool.read { db in try String.fetchOne(db, sql: "SELECT id FROM identity") } ?? ""
            return EventStore(id: id, pool: pool, folder: folder, lock: lock, options: options)
        } catch {
            throw StoreError(error)
        }
    }

    private init(id: String, pool: DatabasePool, folder: StateFolder, lock: FolderLock, options: Options) {
        let lastUses = LastUses()
        self.id = id
        self.pool = pool
        self.folder = folder
        self.lock = lock
        self.lastUses = lastUses
        writer = GroupCommitWriter(
            pool: pool, limits: .init(operations: options.operationsPerCommit, bytes: options.bytesPerCommit),
            companion: { try lastUses.write(on: $0) })
    }

    /// Queues an operation without waiting. The completion is called on the writer's thread right after the commit, in the order
    /// of the commits and, within one, of the calls: it must be short and must not wait.
    package func enqueue<Answer>(
        _ operation: StoreOperation<Answer>, completion: @escaping @Sendable (Result<Answer, StoreError>) -> Void
    ) {
        writer.enqueue(QueuedOperation(operation, completion: completion))
    }

    /// Returns once the operation is on disk, even if the task is cancelled meanwhile.
    package func perform<Answer>(_ operation: StoreOperation<Answer>) async throws(StoreError) -> Answer {
        let result: Result<Answer, StoreError> = await withCheckedContinuation { continuation in
            enqueue(operation) { continuation.resume(returning: $0) }
        }
        return try result.get()
    }

    /// Looks at one consistent state of the ledger, on a thread of a reading connection.
    func read<Answer: Sendable>(_ body: @escaping @Sendable (Database) throws -> Answer) async throws(StoreError) -> Answer {
        let result: Result<Answer, StoreError> = await withCheckedContinuation { continuation in
            pool.asyncRead { db in
                continuation.resume(returning: Result { try body(db.get()) }.mapError { StoreError($0) })
            }
        }
        return try result.get()
    }

    package var writerStatistics: WriterStatistics { writer.statistics }

    /// The sizes of the database and of its log, in bytes.
    package var fileSizes: (ledger: Int, log: Int) { (folder.ledgerSize, folder.logSize) }

    /// Finishes what is queued, refuses what comes later, folds the log into the database and lets the folder go. A second call
    /// does nothing.
    package func close() async throws(StoreError) {
        guard writer.refuseMore() else { return }
        let result: Result<Void, StoreError> = await withCheckedContinuation { continuation in
            writer.afterwards { [pool, lastUses] db in
                lastUses.writeAll(on: db)
                // Closing blocks until the readers are done, so it gets a thread of its own.
                DispatchQueue(label: "ledger.close").async {
                    // The writer must be the last connection: only then does SQLite fold the log in and remove it.
                    pool.invalidateReadOnlyConnections()
                    continuation.resume(returning: Result { try pool.close() }.mapError { StoreError($0) })
                }
            }
        }
        lock.release()
        try result.get()
    }
}
