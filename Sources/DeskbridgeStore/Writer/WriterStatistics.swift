/// What the writer has done since the ledger was opened.
package struct WriterStatistics: Sendable, Equatable {
    /// Transactions that wrote something; each was synced once.
    package internal(set) var commits = 0
    package internal(set) var operations = 0
    /// Transactions that were undone, with all that was in them.
    package internal(set) var failedCommits = 0
    package internal(set) var checkpoints = 0
    /// The last failure of a checkpoint or a rollback, which no caller hears of.
    package internal(set) var lastFailure: StoreError?
    var pagesAtCheckpoint = 0

    mutating func record(operations count: Int, wrote: Bool) {
        operations += count
        if wrote { commits += 1 }
    }
}
