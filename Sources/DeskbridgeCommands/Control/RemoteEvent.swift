package import DeskbridgeCore

/// An event as the daemon shows it. What this version does not read stays in ``json``.
package struct RemoteEvent: Sendable, Equatable {
    package let json: JSONValue
    package let id: String
    package let state: DeliveryState

    package init(_ json: JSONValue) throws(ControlError) {
        guard let id = json["id"]?.stringValue, let name = json["state"]?.stringValue else {
            throw .unexpectedAnswer("an event without id or state")
        }
        guard let state = DeliveryState(rawValue: name) else { throw .unexpectedAnswer("the state \"\(name)\" of an event") }
        self.json = json
        self.id = id
        self.state = state
    }

    package var type: String { json["type"]?.stringValue ?? "" }
    package var client: String { json["client"]?.stringValue ?? "" }
    package var idempotencyKey: String { json["idempotencyKey"]?.stringValue ?? "" }
    package var isReplayed: Bool { json["replayed"]?.boolValue ?? false }
    package var acceptedAt: Timestamp? { timestamp("acceptedAt") }
    package var dueAt: Timestamp? { timestamp("dueAt") }
    package var waitsUntil: Timestamp? { timestamp("waitsUntil") }
    /// What a waiting event waits for.
    package var waitsFor: WaitReason? { json["waitsFor"].flatMap { WaitReason(json: $0) } }
    package var attempt: Int64 { json["attempt"]?.integerValue ?? 0 }
    /// How many of its attempts count: not those that ended in a wait, nor those before a person had it tried again.
    package var attemptsUsed: Int64 { json["attemptsUsed"]?.integerValue ?? attempt }
    package var maximumAttempts: Int64? { json["maximumAttempts"]?.integerValue }
    package var errorCode: String? { json["error"]?["code"]?.stringValue }
    package var errorMessage: String? { json["error"]?["message"]?.stringValue }
    /// The confirmation that was sent, if the event has one.
    package var confirmation: JSONObject? { json["confirmation"]?.objectValue }

    private func timestamp(_ member: String) -> Timestamp? { json[member]?.stringValue.flatMap { Timestamp($0) } }
}

/// Some events, newest first, and where the next page begins.
package struct RemoteEventPage: Sendable, Equatable {
    package let events: [RemoteEvent]
    package let next: String?
}
