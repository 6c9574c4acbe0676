internal import GRDB
internal import GRDBSQLite

extension Database {
    /// Runs one statement that is compiled once and kept.
    func run(_ sql: String, _ arguments: StatementArguments = StatementArguments()) throws {
        try cachedStatement(sql: sql).execute(arguments: arguments)
    }

    /// The first row that a kept statement gives. It runs to its end, so that a statement that changes rows has changed them all.
    func row(_ sql: String, _ arguments: StatementArguments = StatementArguments()) throws -> Row? {
        try rows(sql, arguments) { $0.copy() }.first
    }

    /// What `decode` makes of each row that a kept statement gives.
    func rows<Value>(
        _ sql: String, _ arguments: StatementArguments = StatementArguments(), _ decode: (Row) throws -> Value
    ) throws -> [Value] {
        let cursor = try Row.fetchCursor(cachedStatement(sql: sql), arguments: arguments)
        var values: [Value] = []
        while let row = try cursor.next() { values.append(try decode(row)) }
        return values
    }

    func integer(_ sql: String, _ arguments: StatementArguments = StatementArguments()) throws -> Int64? {
        try Int64.fetchOne(cachedStatement(sql: sql), arguments: arguments)
    }

    /// How many pages this connection has written to the log so far (https://sqlite.org/c3ref/c_dbstatus_options.html).
    var pagesWritten: Int {
        var current: CInt = 0
        var highest: CInt = 0
        sqlite3_db_status(sqliteConnection, SQLITE_DBSTATUS_CACHE_WRITE, &current, &highest, 0)
        return Int(current)
    }
}
