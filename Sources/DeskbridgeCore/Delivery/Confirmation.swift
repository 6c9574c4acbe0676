/// What goes back to a client about one of its events, kept until the client acknowledges it.
package struct Confirmation: Sendable, Hashable {
    /// Counts through all the confirmations of a ledger; never used twice.
    package var seq: Int64
    package var event: EventID
    package var client: ClientName
    /// The message without its `seq`.
    package var body: JSONValue
    package var createdAt: Timestamp

    package init(seq: Int64, event: EventID, client: ClientName, body: JSONValue, createdAt: Timestamp) {
        self.seq = seq
        self.event = event
        self.client = client
        self.body = body
        self.createdAt = createdAt
    }
}
