package import DeskbridgeCore

/// What is known of a client's token. The token itself is nowhere: only its SHA-256 is kept.
package struct TokenRecord: Sendable, Hashable {
    package var id: String
    package var client: ClientName
    /// SHA-256, 32 bytes.
    package var hash: [UInt8]
    /// The web origins that pages may use it from.
    package var origins: [String]
    package var createdAt: Timestamp
    package var expiresAt: Timestamp
    package var revokedAt: Timestamp?
    /// Its own limit, in place of the usual one.
    package var rate: Rate?
    /// Whether a newer connection takes the place of the one before.
    package var isSingleSession: Bool
    package var lastUsedAt: Timestamp?
    package var label: String?
    /// Whether it is a desk session: the console in a browser, with the rights of the person at the desk.
    package var isDesk: Bool

    package init(
        id: String, client: ClientName, hash: [UInt8], origins: [String], createdAt: Timestamp, expiresAt: Timestamp,
        revokedAt: Timestamp? = nil, rate: Rate? = nil, isSingleSession: Bool = false, lastUsedAt: Timestamp? = nil,
        label: String? = nil, isDesk: Bool = false
    ) {
        self.id = id
        self.client = client
        self.hash = hash
        self.origins = origins
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.revokedAt = revokedAt
        self.rate = rate
        self.isSingleSession = isSingleSession
        self.lastUsedAt = lastUsedAt
        self.label = label
        self.isDesk = isDesk
    }

    package func isGood(at moment: Timestamp) -> Bool { revokedAt == nil && moment < expiresAt }
}
