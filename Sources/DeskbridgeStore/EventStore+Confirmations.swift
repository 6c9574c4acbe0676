package import DeskbridgeCore
internal import GRDB

/// Tells a confirmation's body from the event as it stands after a change. Called inside the transaction: short and pure.
package typealias ConfirmationBody = @Sendable (EventRecord) -> JSONValue

extension StoreOperation where Answer == Int64 {
    /// Notes that a client has all its confirmations up to this number. Never goes backwards, nor beyond what was ever sent.
    ///
    /// The answer is how far the client has acknowledged now.
    package static func acknowledge(_ client: ClientName, upTo seq: Int64) -> Self {
        StoreOperation(size: 64) { db in
            let acknowledged = try db.acknowledged(client)
            let reached = min(seq, try db.greatestSeq())
            guard reached > acknowledged else { return acknowledged }
            try db.run(
                "INSERT INTO acknowledgements (client, seq) VALUES (?, ?) ON CONFLICT (client) DO UPDATE SET seq = excluded.seq",
                [client.text, reached])
            return reached
        }
    }
}

extension EventStore {
    /// As the operation of the same name.
    @discardableResult
    package func acknowledge(_ client: ClientName, upTo seq: Int64) async throws(StoreError) -> Int64 {
        try await perform(.acknowledge(client, upTo: seq))
    }

    /// What a client has not acknowledged yet, in the order of the numbers, after `seq`.
    package func unacknowledged(
        _ client: ClientName, after seq: Int64 = 0, limit: Int
    ) async throws(StoreError) -> [Confirmation] {
        try await read { db in
            let acknowledged = try db.acknowledged(client)
            return try db.confirmations(of: client, after: max(seq, acknowledged), limit: limit)
        }
    }

    /// The confirmations after `seq` in the order of their numbers, acknowledged or not.
    /// - Parameter client: only those of this client; nil for all.
    package func confirmations(
        visibleTo client: ClientName?, after seq: Int64, limit: Int
    ) async throws(StoreError) -> [Confirmation] {
        try await read { db in try db.confirmations(of: client, after: seq, limit: limit) }
    }

    /// The greatest number that a confirmation of this client has, or of any client; 0 if there was none.
    package func lastSeq(_ client: ClientName?) async throws(StoreError) -> Int64 {
        try await read { db in
            guard let client else { return try db.greatestSeq() }
            let last = try db.integer("SELECT max(seq) FROM confirmations WHERE client = ?", [client.text]) ?? 0
            return max(last, try db.acknowledged(client))
        }
    }

    /// How far a client has acknowledged; 0 if it never has.
    package func acknowledgedSeq(_ client: ClientName) async throws(StoreError) -> Int64 {
        try await read { db in try db.acknowledged(client) }
    }
}

extension Database {
    private static var confirmationColumns: String {
        "SELECT c.seq, e.id, c.client, c.body, c.created_at, e.cloud_source IS NOT NULL FROM confirmations c JOIN events e ON e.sequence = c.event"
    }

    func confirmation(_ seq: Int64) throws -> Confirmation? {
        try row("\(Self.confirmationColumns) WHERE c.seq = ?", [seq]).map(Confirmation.init(row:))
    }

    fileprivate func confirmations(of client: ClientName?, after seq: Int64, limit: Int) throws -> [Confirmation] {
        if let client {
            return try rows(
                "\(Self.confirmationColumns) WHERE c.client = ? AND c.seq > ? ORDER BY c.seq LIMIT ?",
                [client.text, seq, limit], Confirmation.init(row:))
        }
        return try rows("\(Self.confirmationColumns) WHERE c.seq > ? ORDER BY c.seq LIMIT ?", [seq, limit], Confirmation.init(row:))
    }

    func acknowledged(_ client: ClientName) throws -> Int64 {
        try integer("SELECT seq FROM acknowledgements WHERE client = ?", [client.text]) ?? 0
    }

    /// The greatest number ever given, even if its confirmation is gone.
    func greatestSeq() throws -> Int64 {
        try integer("SELECT seq FROM sqlite_sequence WHERE name = 'confirmations'") ?? 0
    }
}

extension Confirmation {
    init(row: Row) throws {
        self.init(
            seq: row[0], event: try StoredText.read(row[1]) { EventID($0) }, client: try StoredText.read(row[2]) { ClientName($0) },
            body: try row.json(required: 3), createdAt: row.timestamp(required: 4), isCloudEvent: row[5])
    }
}
