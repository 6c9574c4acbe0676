package import DeskbridgeCore
internal import FoundationEssentials
internal import GRDB

extension StoreOperation where Answer == Void {
    /// Stores a new token.
    package static func insertToken(_ token: TokenRecord) -> Self {
        let account = AuditEntry.about(token, "create_token", at: token.createdAt, detail: token.isDesk ? "desk_session" : token.label)
        return StoreOperation { db in
            try db.insert(token)
            try db.append(account)
        }
    }

    /// Removes the desk sessions that have ended.
    package static func forgetEndedDeskSessions(at moment: Timestamp) -> Self {
        StoreOperation { db in
            try db.run("DELETE FROM tokens WHERE is_desk = 1 AND (expires_at <= ? OR revoked_at IS NOT NULL)", [moment.milliseconds])
        }
    }

    /// Stores the token that follows `old`, which stays good until `end` at the longest.
    /// - Throws: `notFound` if the old one is revoked or there is none.
    package static func rotateToken(_ old: String, to new: TokenRecord, oldEndsAt end: Timestamp) -> Self {
        let account = AuditEntry.about(new, "rotate_token", at: new.createdAt, detail: old)
        return StoreOperation { db in
            try db.run(
                "UPDATE tokens SET expires_at = min(expires_at, ?) WHERE id = ? AND revoked_at IS NULL", [end.milliseconds, old])
            guard db.changesCount == 1 else { throw StoreError(.notFound, "There is no token \(old) that could be rotated") }
            try db.insert(new)
            try db.append(account)
        }
    }
}

/// Which tokens are meant.
package enum TokenSelection: Sendable, Hashable {
    case id(String)
    /// All of a client's.
    case client(ClientName)
    case deskSessions
}

extension StoreOperation where Answer == [TokenRecord] {
    /// Revokes tokens. The answer holds those that were good until now: their connections are to be closed.
    ///
    /// A client that is left without any loses what the person at the desk has allowed it for good.
    package static func revokeTokens(_ selection: TokenSelection, at moment: Timestamp) -> Self {
        let actor = AuditActor.current
        return StoreOperation { db in
            let (condition, name) =
                switch selection {
                case .id(let id): ("id = ?", id)
                case .client(let client): ("client = ?", client.text)
                case .deskSessions: ("is_desk = ?", "1")
                }
            let revoked = try db.rows(
                """
                UPDATE tokens SET revoked_at = ? WHERE \(condition) AND revoked_at IS NULL
                RETURNING \(TokenRecord.columns)
                """,
                [moment.milliseconds, name], TokenRecord.init(row:))
            for token in revoked {
                try db.append(
                    AuditEntry("revoke_token", "done", at: moment, by: actor, subject: token.id, owner: token.client))
            }
            // Desk sessions come and go, and mean no end of anybody.
            for client in Set(revoked.filter { !$0.isDesk }.map(\.client)) where try !db.hasToken(client, at: moment) {
                try db.forgetAnswers(about: client, at: moment, by: actor)
            }
            return revoked
        }
    }
}

extension EventStore {
    /// As the operation of the same name.
    package func insertToken(_ token: TokenRecord) async throws(StoreError) { try await perform(.insertToken(token)) }

    /// As the operation of the same name.
    package func forgetEndedDeskSessions(at moment: Timestamp) async throws(StoreError) {
        try await perform(.forgetEndedDeskSessions(at: moment))
    }

    /// As the operation of the same name.
    package func rotateToken(_ old: String, to new: TokenRecord, oldEndsAt end: Timestamp) async throws(StoreError) {
        try await perform(.rotateToken(old, to: new, oldEndsAt: end))
    }

    /// As the operation of the same name.
    package func revokeTokens(_ selection: TokenSelection, at moment: Timestamp) async throws(StoreError) -> [TokenRecord] {
        try await perform(.revokeTokens(selection, at: moment))
    }

    /// Notes that a token was used. Costs no write of its own: it goes with a later one, at most once a minute for each token.
    package func noteUse(ofToken id: String, at moment: Timestamp) { lastUses.note(id, at: moment) }

    /// The token whose secret has this SHA-256, be it good or not.
    package func token(hash: [UInt8]) async throws(StoreError) -> TokenRecord? {
        try await tokens(where: "hash = ?", [Data(hash)]).first
    }

    package func token(id: String) async throws(StoreError) -> TokenRecord? { try await tokens(where: "id = ?", [id]).first }

    /// All tokens, also those that are revoked or expired, the oldest first.
    package func tokens() async throws(StoreError) -> [TokenRecord] { try await tokens(where: "true", []) }

    private func tokens(where condition: String, _ arguments: StatementArguments) async throws(StoreError) -> [TokenRecord] {
        let stored = try await read { db in
            try db.rows(
                "SELECT \(TokenRecord.columns) FROM tokens WHERE \(condition) ORDER BY created_at, id", arguments,
                TokenRecord.init(row:))
        }
        return stored.map { token in
            var token = token
            token.lastUsedAt = lastUses.latest(token.id) ?? token.lastUsedAt
            return token
        }
    }
}

extension Database {
    fileprivate func hasToken(_ client: ClientName, at moment: Timestamp) throws -> Bool {
        try integer(
            "SELECT 1 FROM tokens WHERE client = ? AND revoked_at IS NULL AND expires_at > ? LIMIT 1", [client.text, moment.milliseconds])
            != nil
    }

    fileprivate func insert(_ token: TokenRecord) throws {
        try run(
            """
            INSERT INTO tokens (id, client, hash, origins, created_at, expires_at, revoked_at, rate_count, rate_window,
                single_session, last_used_at, label, is_desk)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                token.id, token.client.text, Data(token.hash), JSONValue.array(token.origins.map(JSONValue.string)).text,
                token.createdAt.milliseconds, token.expiresAt.milliseconds, token.revokedAt?.milliseconds, token.rate?.count,
                token.rate?.window.wholeMilliseconds, token.isSingleSession, token.lastUsedAt?.milliseconds, token.label,
                token.isDesk,
            ])
    }
}

extension TokenRecord {
    fileprivate static var columns: String {
        """
        id, client, hash, origins, created_at, expires_at, revoked_at, rate_count, rate_window, single_session, last_used_at, \
        label, is_desk
        """
    }

    fileprivate init(row: Row) throws {
        let rateCount: Int? = row[7]
        let rateWindow: Int64? = row[8]
        var rate: Rate?
        if let rateCount, let rateWindow { rate = Rate(count: rateCount, window: .milliseconds(rateWindow)) }
        self.init(
            id: row[0], client: try StoredText.read(row[1]) { ClientName($0) }, hash: [UInt8](row[2] as Data),
            origins: (try row.json(required: 3).arrayValue ?? []).compactMap(\.stringValue),
            createdAt: row.timestamp(required: 4), expiresAt: row.timestamp(required: 5), revokedAt: row.timestamp(6), rate: rate,
            isSingleSession: row[9], lastUsedAt: row.timestamp(10), label: row[11],
            isDesk: row[12])
    }
}
