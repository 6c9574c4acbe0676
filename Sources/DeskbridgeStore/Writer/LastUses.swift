internal import DeskbridgeCore
internal import GRDB
internal import Synchronization

/// When tokens were last used: kept in memory, and written along with other changes, each token at most once a minute.
final class LastUses: Sendable {
    private static let interval = Duration.seconds(60)

    private struct State {
        var unwritten: [String: Timestamp] = [:]
        var written: [String: Timestamp] = [:]
    }

    private let state = Mutex(State())

    func note(_ id: String, at moment: Timestamp) { state.withLock { $0.unwritten[id] = moment } }

    /// The latest use that is not in the ledger yet.
    func latest(_ id: String) -> Timestamp? { state.withLock { $0.unwritten[id] } }

    /// Writes those whose turn it is into the transaction that is open.
    func write(on db: Database) throws {
        let due = state.withLock { state in
            let due = state.unwritten.filter { id, moment in
                state.written[id].map { moment - $0 >= Self.interval } ?? true
            }
            for (id, moment) in due {
                state.unwritten[id] = nil
                state.written[id] = moment
            }
            return due
        }
        try write(due, on: db)
    }

    /// Writes all, in a transaction of their own. A use that cannot be written is forgotten: it is only for people to look at.
    func writeAll(on db: Database) {
        let all = state.withLock { state in
            defer { state.unwritten = [:] }
            return state.unwritten
        }
        guard !all.isEmpty else { return }
        try? db.inTransaction {
            try write(all, on: db)
            return .commit
        }
    }

    private func write(_ uses: [String: Timestamp], on db: Database) throws {
        for (id, moment) in uses {
            try db.run("UPDATE tokens SET last_used_at = ? WHERE id = ?", [moment.milliseconds, id])
        }
    }
}
