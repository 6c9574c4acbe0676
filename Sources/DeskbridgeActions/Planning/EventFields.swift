package import DeskbridgeCore

/// What `{event.…}` offers to templates.
package struct EventFields: Sendable {
    package static let names = ["id", "type", "client", "idempotencyKey"]

    package let id: EventID
    package let type: EventType
    package let client: ClientName
    package let key: IdempotencyKey
    /// When the event was accepted: `{date}`.
    package let acceptedAt: Timestamp

    package init(id: EventID, type: EventType, client: ClientName, key: IdempotencyKey, acceptedAt: Timestamp) {
        self.id = id
        self.type = type
        self.client = client
        self.key = key
        self.acceptedAt = acceptedAt
    }

    var members: JSONObject {
        [
            "id": .string(id.text), "type": .string(type.text), "client": .string(client.text),
            "idempotencyKey": .string(key.text),
        ]
    }
}
