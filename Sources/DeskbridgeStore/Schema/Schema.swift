internal import GRDB

/// The steps by which a ledger of any age becomes one of today. A step is never changed once it was released: there are ledgers
/// that have taken it.
enum Schema {
    static let migrator: DatabaseMigrator = {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("M001_Ledger") { db in try db.execute(sql: M001_Ledger.sql) }
        migrator.registerMigration("M002_DeskSessions") { db in try db.execute(sql: M002_DeskSessions.sql) }
        migrator.registerMigration("M003_Waiting") { db in try db.execute(sql: M003_Waiting.sql) }
        migrator.registerMigration("M004_Audit") { db in try db.execute(sql: M004_Audit.sql) }
        migrator.registerMigration("M005_Answers") { db in try db.execute(sql: M005_Answers.sql) }
        migrator.registerMigration("M006_Identity") { db in try db.execute(sql: M006_Identity.sql) }
        return migrator
    }()
}
