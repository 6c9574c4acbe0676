import DeskbridgeCore
import Testing

@testable import DeskbridgeServer

@Suite struct CloudEventJSONTests {
    private func confirmation(_ body: JSONValue) throws -> DeskbridgeCore.Confirmation {
        let id = try #require(EventID("0192d3a4-5b6c-7d8e-9f01-234567890abc"))
        return DeskbridgeCore.Confirmation(seq: 43, event: id, client: .local, body: body, createdAt: Timestamp(milliseconds: 0))
    }

    @Test func successIsAnEventWithItsPayloadAsData() throws {
        let event = CloudEventJSON.confirmation(
            try confirmation([
                "type": "DONE", "id": "x", "idempotencyKey": "/s 1", "timestamp": "2026-11-21T09:00:00.123Z", "attempt": 2,
                "payload": ["a": 1],
            ]))
        #expect(event["specversion"] == "1.0")
        #expect(event["id"] == "43")
        #expect(event["type"] == "DONE")
        #expect(event["subject"] == "0192d3a4-5b6c-7d8e-9f01-234567890abc")
        #expect(event["time"] == "2026-11-21T09:00:00.123Z")
        #expect(event["datacontenttype"] == "application/json")
        #expect(event["data"] == ["a": 1])
        #expect(event["seq"] == 43)
        #expect(event["idempotencykey"] == "/s 1")
        #expect(event["attempt"] == 2)
        // Names of attributes have small letters and digits only (CloudEvents 1.0.2 section 3.1).
        let names = event.objectValue?.keys.map { $0 } ?? []
        #expect(names.allSatisfy { $0.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) } })
    }

    @Test func failureCarriesItsErrorAsData() throws {
        let event = CloudEventJSON.confirmation(try confirmation(["type": "A_FAILED", "error": ["code": "exit_status"]]))
        #expect(event["data"] == ["error": ["code": "exit_status"]])
    }
}
