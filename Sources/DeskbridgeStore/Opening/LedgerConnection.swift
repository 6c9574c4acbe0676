internal import GRDB

/// How the connections to the ledger's file are set up: one that writes, and a few that only read.
enum LedgerConnection {
    /// About 4 MiB of log between two checkpoints.
    static let pagesBetweenCheckpoints = 1000

    static func open(_ path: String, options: EventStore.Options) throws -> DatabasePool {
        var configuration = Configuration()
        configuration.label = "ledger"
        configuration.busyMode = .timeout(5)
        configuration.maximumReaderCount = options.readers
        configuration.persistentReadOnlyConnections = true
        configuration.prepareDatabase { db in
            // A reader that checkpointed while the writer writes would meet SQLite's WAL-reset defect (fixed in 3.51.3).
            try db.execute(sql: "PRAGMA wal_autocheckpoint = 0; PRAGMA temp_store = MEMORY")
            if db.configuration.readonly { try db.execute(sql: "PRAGMA query_only = ON") }
        }
        let pool = try DatabasePool(path: path, configuration: configuration)
        try pool.writeWithoutTransaction { db in
            try secure(db)
            if let bytes = options.maximumBytes {
                let pageSize = try Int.fetchOne(db, sql: "PRAGMA page_size") ?? 4096
                try db.execute(sql: "PRAGMA max_page_count = \(max(1, bytes / pageSize))")
            }
        }
        return pool
    }

    /// Makes each commit reach the disk before it returns. GRDB turns that down to NORMAL when it sets up the write-ahead log,
    /// so it is set once the connection is open, and looked at again.
    private static func secure(_ db: Database) throws {
        try db.execute(
            sql: "PRAGMA synchronous = FULL; PRAGMA journal_size_limit = \(16 << 20); PRAGMA cache_size = -\(16 << 10)")
        let synchronous = try Int.fetchOne(db, sql: "PRAGMA synchronous")
        let journal = try String.fetchOne(db, sql: "PRAGMA journal_mode")
        let foreignKeys = try Int.fetchOne(db, sql: "PRAGMA foreign_keys")
        guard synchronous == 2, journal == "wal", foreignKeys == 1 else {
            throw StoreError(
                .unexpected,
                "SQLite does not keep the ledger safe here: synchronous \(synchronous ?? -1), journal mode \(journal ?? "unknown")")
        }
    }

    /// Brings an older ledger up to the present schema.
    /// - Throws: ``StoreError/Kind/superseded`` if a newer version has been at work on it.
    static func migrate(_ pool: DatabasePool) throws {
        try pool.writeWithoutTransaction { db in
            guard try !Schema.migrator.hasBeenSuperseded(db) else {
                throw StoreError(.superseded, "The ledger was written by a newer version of the bridge")
            }
        }
        try Schema.migrator.migrate(pool)
    }
}
