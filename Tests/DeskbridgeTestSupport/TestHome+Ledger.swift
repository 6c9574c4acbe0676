/// A change of events that the ledger refuses, as it does when its disk is full, until it is allowed again. It works from outside, in the
/// ledger of a bridge that runs.
package struct LedgerRefusal: Sendable {
    private let file: String
    private let name = "refusal"

    /// - Parameter condition: of SQL, over `OLD` and `NEW`.
    package init(in home: TestHome, ofUpdatesWhere condition: String) async throws {
        file = home.bridge + "/state/ledger.db"
        try await run("CREATE TRIGGER \(name) BEFORE UPDATE ON events WHEN \(condition) BEGIN SELECT RAISE(ABORT, 'refused'); END")
    }

    package func end() async throws { try await run("DROP TRIGGER \(name)") }

    private func run(_ statement: String) async throws {
        let script = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute(sys.argv[2]); c.commit(); c.close()"
        let result = try await ChildProcess(["/usr/bin/python3", "-c", script, file, statement], environment: [:]).result()
        guard result.exit == .code(0) else { throw NeverCame("a changed ledger", instead: [result.errors]) }
    }
}
