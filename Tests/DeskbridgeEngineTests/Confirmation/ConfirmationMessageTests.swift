import DeskbridgeCore
import Testing

@testable import DeskbridgeEngine

@Suite struct ConfirmationMessageTests {
    private let moment = Timestamp(milliseconds: 1_795_251_600_123)

    @Test func successCarriesThePayload() throws {
        let record = try Sample.record(attempt: 2)
        let message = ConfirmationMessage.success(
            of: record, type: try #require(EventType("RESOURCE_CREATED")), payload: ["path": "/p"], at: moment)
        #expect(
            message == [
                "type": "RESOURCE_CREATED", "id": .string(record.id.text), "idempotencyKey": "k-1",
                "timestamp": .string(moment.description),
                "source": "dashboard", "attempt": 2, "payload": ["path": "/p"],
            ])
    }

    @Test(arguments: [
        (kind: Failure.Kind.retryable, isRetryable: true), (.permanent, false), (.unknownOutcome, false),
    ])
    func failureCarriesTheError(kind: Failure.Kind, isRetryable: Bool) throws {
        let record = try Sample.record(attempt: 5)
        let message = ConfirmationMessage.failure(of: record, Failure("exit_status", "It ended with status 1", kind), at: moment)
        #expect(message["type"] == "CREATE_RESOURCE_FAILED")
        #expect(message["attempt"] == 5)
        #expect(message["payload"] == nil)
        #expect(
            message["error"] == ["code": "exit_status", "message": "It ended with status 1", "retryable": .bool(isRetryable)])
    }

    @Test func theFixedFailuresArePermanent() {
        for failure in [Failure.cancelled, .dropped, .expired] { #expect(failure.kind == .permanent) }
    }
}
