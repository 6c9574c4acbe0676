package import DeskbridgeCore

/// What the ledger knows of a client's name.
package struct ClientTraces: Sendable, Hashable {
    /// Whether it ever had a token that the ledger still knows, be it revoked or expired.
    package let hasToken: Bool
    /// Whether events or confirmations are kept under this name.
    package let hasEvents: Bool
}

extension EventStore {
    /// What a client of this name would find here that was there before it.
    package func traces(of client: ClientName) async throws(StoreError) -> ClientTraces {
        try await read { db in
            func has(_ table: String) throws -> Bool {
                try db.integer("SELECT 1 FROM \(table) WHERE client = ? LIMIT 1", [client.text]) != nil
            }
            return ClientTraces(
                hasToken: try has("tokens"), hasEvents: try has("events") || has("confirmations") || has("acknowledgements"))
        }
    }
}
