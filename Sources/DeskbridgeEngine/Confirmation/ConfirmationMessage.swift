package import DeskbridgeCore

/// What goes back when an event has ended. The stored form; `seq` is given when it is stored.
package enum ConfirmationMessage {
    /// - Parameter type: what the action confirms, such as `RESOURCE_CREATED`.
    package static func success(of event: EventRecord, type: EventType, payload: JSONValue, at moment: Timestamp) -> JSONValue {
        message(of: event, type: type.text, at: moment, ["payload": payload])
    }

    /// `<TYPE>_FAILED`, for every end but success.
    package static func failure(of event: EventRecord, _ failure: Failure, at moment: Timestamp) -> JSONValue {
        message(of: event, type: "\(event.event.type.text)_FAILED", at: moment, ["error": failure.json])
    }

    private static func message(of record: EventRecord, type: String, at moment: Timestamp, _ content: JSONObject) -> JSONValue {
        var members: JSONObject = [
            "type": .string(type), "id": .string(record.event.id.text), "idempotencyKey": .string(record.event.key.text),
            "timestamp": .string(moment.description), "source": .string(record.event.client.text),
            "attempt": .integer(Int64(record.attempt)),
        ]
        members.merge(content) { _, new in new }
        return .object(members)
    }
}

extension Failure {
    /// As clients see it.
    package var json: JSONValue {
        ["code": .string(code), "message": .string(message), "retryable": .bool(kind == .retryable)]
    }

    package static let cancelled = Failure("cancelled", "The event was cancelled.", .permanent)
    package static let dropped = Failure("dropped", "A person dropped it before anybody found out what became of it.", .permanent)
    package static let approvalTimeout = Failure(
        "approval_timeout", "The person at the desk was asked and did not answer in time.", .permanent)
    /// - Parameter reason: what the person said to it.
    package static func deniedAtDesk(_ reason: String?) -> Failure {
        Failure("denied_at_desk", "The person at the desk said no" + (reason.map { ": \($0)" } ?? "."), .permanent)
    }

    package static let expired = Failure("expired", "The event's time to live ran out before it could start.", .permanent)
}
