import DeskbridgeCore

/// Events for tests of parts that need no ledger.
enum Sample {
    static let client = ClientName("dashboard") ?? .local
    static let start = Timestamp(milliseconds: 1_800_000_000_000)

    struct NoSample: Error {}

    static func event(
        _ key: String, type: String = "CREATE_RESOURCE", payload: JSONValue = ["name": "a"], shownPayload: JSONValue? = nil
    ) throws -> AcceptedEvent {
        guard let type = EventType(type), let key = IdempotencyKey(key) else { throw NoSample() }
        return AcceptedEvent(
            id: EventID(at: start), client: client, type: type, key: key, payload: payload, shownPayload: shownPayload,
            fingerprint: PayloadFingerprint(of: payload), rule: "open.yaml:1", action: "create", acceptedAt: start, maximumAttempts: 5)
    }

    static func record(_ state: DeliveryState = .running, attempt: Int = 1, cancelRequested: Bool = false) throws -> EventRecord {
        EventRecord(event: try event("k-1"), sequence: 1, state: state, attempt: attempt, cancelRequested: cancelRequested)
    }
}
