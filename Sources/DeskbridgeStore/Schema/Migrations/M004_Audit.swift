/// The audit: a chain of records, and what it begins after once older ones were pruned.
enum M004_Audit {
    static let sql = """
        CREATE TABLE audit (
            -- AUTOINCREMENT: SQLite remembers the greatest number, so a chain without its end is noticed.
            seq INTEGER PRIMARY KEY AUTOINCREMENT,
            at INTEGER NOT NULL,
            text TEXT NOT NULL,
            hash BLOB NOT NULL CHECK (length(hash) = 32)
        ) STRICT;

        CREATE TABLE audit_anchor (
            one INTEGER PRIMARY KEY CHECK (one = 1),
            seq INTEGER NOT NULL,
            hash BLOB NOT NULL CHECK (length(hash) = 32)
        ) STRICT;
        """
}
