/// An event that passed every check, as it is stored: what was sent, who sent it, and which rule and action took it.
package struct AcceptedEvent: Sendable, Hashable {
    package var id: EventID
    package var client: ClientName
    package var type: EventType
    package var key: IdempotencyKey
    package var payload: JSONValue
    /// The payload with its secrets hidden; nil if it has none.
    package var shownPayload: JSONValue?
    package var fingerprint: PayloadFingerprint
    /// The web origin it came from, if it came from a page.
    package var origin: String?
    /// The policy rule that let it in.
    package var rule: String
    /// The name of the action that serves it.
    package var action: String
    package var format: EventFormat
    package var acceptedAt: Timestamp
    /// When it is too late to start it.
    package var expiresAt: Timestamp?
    /// Events of one action with the same key run one after another, as its limit says.
    package var concurrencyKey: String?
    /// How often it may be tried before it is given up, and again after each `retry` by a person.
    package var maximumAttempts: Int
    /// The SHA-256 of the plan as it was shown when the event was taken, in hexadecimal; for the audit, and not stored with the event.
    package var planDigest: String?

    package init(
        id: EventID, client: ClientName, type: EventType, key: IdempotencyKey, payload: JSONValue, shownPayload: JSONValue? = nil,
        fingerprint: PayloadFingerprint, origin: String? = nil, rule: String, action: String, format: EventFormat = .deskbridge,
        acceptedAt: Timestamp, expiresAt: Timestamp? = nil, concurrencyKey: String? = nil, maximumAttempts: Int
    ) {
        self.id = id
        self.client = client
        self.type = type
        self.key = key
        self.payload = payload
        self.shownPayload = shownPayload
        self.fingerprint = fingerprint
        self.origin = origin
        self.rule = rule
        self.action = action
        self.format = format
        self.acceptedAt = acceptedAt
        self.expiresAt = expiresAt
        self.concurrencyKey = concurrencyKey
        self.maximumAttempts = maximumAttempts
    }
}

/// The spelling in which an event was sent, and in which its confirmations go back.
package enum EventFormat: Sendable, Hashable {
    case deskbridge
    /// - Parameter source: the CloudEvents attribute `source` (CloudEvents 1.0, section 3.1).
    case cloudEvents(source: String)
}
