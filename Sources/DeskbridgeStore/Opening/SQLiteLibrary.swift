internal import GRDBSQLite

/// The SQLite that this program runs with.
package enum SQLiteLibrary {
    /// Such as `3.40.1`.
    package static var version: String { String(cString: sqlite3_libversion()) }

    /// Whether it knows the tables of the ledger: STRICT ones came with 3.37.0 (https://sqlite.org/stricttables.html).
    package static var isRecentEnough: Bool { sqlite3_libversion_number() >= 3_037_000 }
}
