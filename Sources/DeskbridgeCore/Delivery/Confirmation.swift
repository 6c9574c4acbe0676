/// What goes back to a client about one of its events, kept until the client acknowledges it.
package struct Confirmation: Sendable, Hashable {
    /// Counts through all the confirmations of a ledger; never used twice.
    package var seq: Int64
    package var event: EventID
    package var client: ClientName
    /// The message without its `seq`.
    package var body: JSONValue
    package var createdAt: Timestamp
    /// Whether its event came as a CloudEvent.
    package var isCloudEvent: Bool

    package init(seq: Int64, event: EventID, client: ClientName, body: JSONValue, createdAt: Timestamp, isCloudEvent: Bool = false) {
        self.seq = seq
        self.event = event
        self.client = client
        self.body = body
        self.createdAt = createdAt
        self.isCloudEvent = isCloudEvent
    }
}
