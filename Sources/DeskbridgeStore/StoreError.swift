package import DeskbridgeCore
internal import GRDB

/// Why the ledger could not do what was asked.
package struct StoreError: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Kind: Sendable, Equatable {
        /// The disk is full, or the ledger has reached the size it may have.
        case storageFull
        /// The disk could not be read or written.
        case ioError
        /// The file is damaged, or is no ledger.
        case corrupt
        /// Another program keeps the file locked.
        case busy
        /// A newer version wrote the file.
        case superseded
        /// Another process owns the folder. Its id is nil if it cannot be told.
        case inUse(pid: Int32?)
        /// The folder or the file may not be written.
        case notWritable
        /// There is no such event or token.
        case notFound
        /// The event is in a state that does not allow it.
        case wrongState(DeliveryState)
        /// The ledger has been closed.
        case closed
        /// SQLite refused for a reason that is none of these: a mistake of ours.
        case unexpected
    }

    package let kind: Kind
    /// What happened, and where.
    package let message: String

    package init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    /// What a person can do about it.
    package var hint: String {
        switch kind {
        case .storageFull: "Free some space on the disk of the state folder, or lower the retention limits."
        case .ioError: "Check the disk of the state folder; the kernel's log says more (journalctl -k)."
        case .corrupt: "Stop the bridge, keep a copy of the state folder, then restore a backup or try: sqlite3 ledger.db .recover"
        case .busy: "Close the other program that has the ledger open, such as a database browser."
        case .superseded: "Install the version that last used this state folder, or a newer one."
        case .inUse(let pid?): "Stop the process \(pid) first, or use another state folder."
        case .inUse(nil): "Stop the other process first, or use another state folder."
        case .notWritable: "Give the user that runs the bridge the right to write the state folder."
        case .notFound: "List what there is; it may have been removed by the retention limits."
        case .wrongState(let state): "It is \(state.rawValue); look at it again before you decide."
        case .closed: "The bridge is shutting down; ask again once it is back."
        case .unexpected: "This is a mistake in the bridge; please report it with this message."
        }
    }

    package var description: String { "\(message). \(hint)" }
}

extension StoreError {
    static let closed = StoreError(.closed, "The ledger is closed")

    static func noEvent(_ id: EventID) -> StoreError { StoreError(.notFound, "There is no event \(id)") }

    static func wrongState(_ state: DeliveryState, _ id: EventID, wanted: String) -> StoreError {
        let standing = state == .succeeded ? "has succeeded" : "is \(state.rawValue)"
        return StoreError(.wrongState(state), "Event \(id) \(standing) and cannot be \(wanted)")
    }

    /// Tells the kinds of SQLite's errors apart (https://sqlite.org/rescode.html).
    init(_ error: any Error) {
        switch error {
        case let error as StoreError: self = error
        case let error as DatabaseError: self.init(error)
        default: self.init(.unexpected, "The ledger failed: \(error)")
        }
    }

    private init(_ error: DatabaseError) {
        // Neither the SQL nor its arguments: those hold payloads.
        let text = "\(error.message ?? "no message") (SQLite error \(error.extendedResultCode.rawValue))"
        switch (error.resultCode, error.extendedResultCode) {
        case (.SQLITE_FULL, _), (_, .SQLITE_IOERR_SHMSIZE):
            self.init(.storageFull, "There is no space left for the ledger: \(text)")
        case (.SQLITE_IOERR, _): self.init(.ioError, "The ledger could not be read or written: \(text)")
        case (.SQLITE_CORRUPT, _), (.SQLITE_NOTADB, _): self.init(.corrupt, "The ledger is damaged: \(text)")
        case (.SQLITE_BUSY, _), (.SQLITE_LOCKED, _): self.init(.busy, "The ledger is locked by another program: \(text)")
        case (.SQLITE_READONLY, _), (.SQLITE_PERM, _), (.SQLITE_CANTOPEN, _), (.SQLITE_AUTH, _):
            self.init(.notWritable, "The ledger may not be opened or written: \(text)")
        case (.SQLITE_MISUSE, _) where error.message == "Connection is closed": self = .closed
        default: self.init(.unexpected, "The ledger refused: \(text)")
        }
    }
}
