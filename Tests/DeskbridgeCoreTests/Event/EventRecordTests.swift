import DeskbridgeCore
import Testing

@Suite struct EventRecordTests {
    private func record(attempt: Int, beforeRetry: Int = 0, key: String? = nil) throws -> EventRecord {
        let moment = Timestamp(milliseconds: 0)
        let event = AcceptedEvent(
            id: EventID(at: moment), client: .local, type: try #require(EventType("A")), key: try #require(IdempotencyKey("k")),
            payload: [:],
            fingerprint: PayloadFingerprint(of: [:]), rule: "p.yaml:1", action: "a", acceptedAt: moment, concurrencyKey: key,
            maximumAttempts: 3)
        return EventRecord(event: event, sequence: 1, state: .queued, attempt: attempt, attemptsBeforeRetry: beforeRetry)
    }

    @Test(arguments: [
        (attempt: 0, beforeRetry: 0, left: 3), (1, 0, 2), (3, 0, 0), (4, 0, 0), (3, 3, 3), (5, 3, 1), (6, 3, 0),
    ])
    func aRetryByAPersonGivesAllAttemptsBack(attempt: Int, beforeRetry: Int, left: Int) throws {
        #expect(try record(attempt: attempt, beforeRetry: beforeRetry).attemptsLeft == left)
    }

    @Test func eventsOfOneActionAndKeyFormAGroup() throws {
        let keyed = try record(attempt: 0, key: "x").concurrencyGroup
        #expect(keyed == ConcurrencyGroup(action: "a", key: "x"))
        #expect(try record(attempt: 0).concurrencyGroup == ConcurrencyGroup(action: "a", key: nil))
        #expect(try record(attempt: 0, key: "").concurrencyGroup != record(attempt: 0).concurrencyGroup)
    }
}
