internal import GRDB
internal import Synchronization

/// The only one that writes: what is asked for while one transaction is being synced fills the next.
///
/// It works on the queue of GRDB's writing connection, which has a thread of its own, and knows nothing of tasks: a cancelled
/// caller neither stops nor disturbs it. An operation that comes alone costs one transaction and one sync.
final class GroupCommitWriter: Sendable {
    struct Limits: Sendable {
        var operations = 1000
        var bytes = 8 << 20
    }

    private struct Queue {
        var waiting: [QueuedOperation] = []
        var isWorking = false
        var isClosed = false
    }

    private enum Admission { case refused, gathered, mustStart }

    private let pool: DatabasePool
    private let limits: Limits
    private let companion: @Sendable (Database) throws -> Void
    private let queue = Mutex(Queue())
    private let counters = Mutex(WriterStatistics())

    /// - Parameter companion: small writes that wait for a transaction to travel with and are worth no sync of their own.
    init(pool: DatabasePool, limits: Limits, companion: @escaping @Sendable (Database) throws -> Void) {
        self.pool = pool
        self.limits = limits
        self.companion = companion
    }

    var statistics: WriterStatistics { counters.withLock { $0 } }

    /// Never waits. The operation's completion is called on the writer's thread, in the order of the commits.
    func enqueue(_ operation: QueuedOperation) {
        let admission: Admission = queue.withLock { queue in
            if queue.isClosed { return .refused }
            queue.waiting.append(operation)
            if queue.isWorking { return .gathered }
            queue.isWorking = true
            return .mustStart
        }
        switch admission {
        case .refused: operation.fail(.closed)
        case .gathered: break
        case .mustStart: pool.asyncWriteWithoutTransaction { [self] db in work(on: db) }
        }
    }

    /// From now on takes no more operations. False if that was so already.
    func refuseMore() -> Bool {
        queue.withLock { queue in
            defer { queue.isClosed = true }
            return !queue.isClosed
        }
    }

    /// Calls back on the writer's thread when the operations it has taken are done.
    func afterwards(_ body: @escaping @Sendable (Database) -> Void) {
        // The connection's queue is first in, first out: the work that is under way ends before this begins.
        pool.asyncWriteWithoutTransaction(body)
    }

    private func work(on db: Database) {
        while let batch = nextBatch() {
            commit(batch, on: db)
            checkpointIfDue(on: db)
        }
    }

    private func nextBatch() -> [QueuedOperation]? {
        queue.withLock { queue in
            var bytes = 0
            let count = queue.waiting.prefix(limits.operations).prefix { operation in
                // The first one goes whatever its size.
                defer { bytes += operation.size }
                return bytes == 0 || bytes + operation.size <= limits.bytes
            }.count
            guard count > 0 else {
                queue.isWorking = false
                return nil
            }
            if count == queue.waiting.count {
                defer { queue.waiting = [] }
                return queue.waiting
            }
            defer { queue.waiting.removeFirst(count) }
            return Array(queue.waiting.prefix(count))
        }
    }

    private func commit(_ batch: [QueuedOperation], on db: Database) {
        do {
            let changesBefore = db.totalChangesCount
            let pagesBefore = db.pagesWritten
            try db.run("BEGIN IMMEDIATE")
            let answers = try isolated(batch, on: db)
            if db.totalChangesCount != changesBefore { try takeAlong(on: db) }
            try db.run("COMMIT")
            let wrote = db.pagesWritten != pagesBefore
            counters.withLock { $0.record(operations: batch.count, wrote: wrote) }
            for answer in answers { answer() }
        } catch {
            rollBack(on: db)
            counters.withLock { $0.failedCommits += 1 }
            let error = StoreError(error)
            for operation in batch { operation.fail(error) }
        }
    }

    /// Runs each in a savepoint of its own, so that one that fails is undone alone.
    /// - Throws: if SQLite gave up the whole transaction, as it does when the disk is full.
    private func isolated(_ batch: [QueuedOperation], on db: Database) throws -> [() -> Void] {
        if batch.count == 1 { return [try alone(batch[0], on: db)] }
        var answers: [() -> Void] = []
        answers.reserveCapacity(batch.count)
        for operation in batch {
            do {
                var answer: (() -> Void)?
                try inSavepoint(on: db) { answer = try operation.run(db) }
                if let answer { answers.append(answer) }
            } catch {
                guard db.isInsideTransaction else { throw error }
                let error = StoreError(error)
                answers.append { operation.fail(error) }
            }
        }
        return answers
    }

    /// An operation that has the transaction for itself needs no savepoint: nothing else is undone with it.
    private func alone(_ operation: QueuedOperation, on db: Database) throws -> () -> Void {
        do {
            return try operation.run(db)
        } catch {
            guard db.isInsideTransaction else { throw error }
            try db.rollback()
            try db.run("BEGIN IMMEDIATE")
            let error = StoreError(error)
            return { operation.fail(error) }
        }
    }

    private func takeAlong(on db: Database) throws {
        do {
            try inSavepoint(on: db) { try companion(db) }
        } catch {
            guard db.isInsideTransaction else { throw error }
            let error = StoreError(error)
            counters.withLock { $0.lastFailure = error }
        }
    }

    private func inSavepoint(on db: Database, _ body: () throws -> Void) throws {
        try db.run("SAVEPOINT operation")
        do {
            try body()
        } catch {
            if db.isInsideTransaction {
                try db.run("ROLLBACK TO operation")
                try db.run("RELEASE operation")
            }
            throw error
        }
        try db.run("RELEASE operation")
    }

    private func rollBack(on db: Database) {
        guard db.isInsideTransaction else { return }
        do {
            try db.rollback()
        } catch {
            counters.withLock { $0.lastFailure = StoreError(error) }
        }
    }

    /// Copies the log into the database once it has grown, after the callers were answered: it takes syncs of its own.
    private func checkpointIfDue(on db: Database) {
        guard db.pagesWritten - counters.withLock({ $0.pagesAtCheckpoint }) >= LedgerConnection.pagesBetweenCheckpoints else { return }
        let pages = db.pagesWritten
        do {
            try db.checkpoint(.passive)
            counters.withLock { $0.checkpoints += 1 }
        } catch {
            // Nothing is lost: what was answered stays in the log, and the next turn tries again.
            counters.withLock { $0.lastFailure = StoreError(error) }
        }
        counters.withLock { $0.pagesAtCheckpoint = pages }
    }
}
