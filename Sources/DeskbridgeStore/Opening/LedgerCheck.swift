internal import GRDB

/// Looks for damage in the ledger's file.
enum LedgerCheck {
    /// A larger ledger is not checked when it is opened: that would keep the bridge from starting for seconds.
    static let largestAtStart = 256 << 20

    /// What SQLite finds wrong, at most ten things (https://sqlite.org/pragma.html#pragma_quick_check).
    static func findings(_ db: Database) throws -> [String] {
        let answers = try String.fetchAll(db, sql: "PRAGMA quick_check(10)")
        return answers == ["ok"] ? [] : answers
    }

    static func demandSound(_ db: Database) throws {
        let findings = try findings(db)
        guard findings.isEmpty else {
            throw StoreError(.corrupt, "The ledger is damaged: \(findings.joined(separator: "; "))")
        }
    }
}
