import DeskbridgeCore
import Testing

@Suite struct EventRecordTests {
    private func record(key: String? = nil) throws -> EventRecord {
        let moment = Timestamp(milliseconds: 0)
        let event = AcceptedEvent(
            id: EventID(at: moment), client: .local, type: try #require(EventType("A")), key: try #require(IdempotencyKey("k")),
            payload: [:],
            fingerprint: PayloadFingerprint(of: [:]), rule: "p.yaml:1", action: "a", acceptedAt: moment, concurrencyKey: key,
            maximumAttempts: 3)
        return EventRecord(event: event, sequence: 1, state: .queued)
    }

    @Test func eventsOfOneActionAndKeyFormAGroup() throws {
        let keyed = try record(key: "x").concurrencyGroup
        #expect(keyed == ConcurrencyGroup(action: "a", key: "x"))
        #expect(try record().concurrencyGroup == ConcurrencyGroup(action: "a", key: nil))
        #expect(try record(key: "").concurrencyGroup != record().concurrencyGroup)
    }
}
