import DeskbridgeCore
import DeskbridgeEngine

/// In which spelling a connection gets confirmations.
enum ConfirmationStyle: Sendable {
    /// The protocol's own: a WebSocket that speaks `deskbridge.v1`.
    case deskbridge
    /// A WebSocket that speaks `cloudevents.json`.
    case cloudEvents
    /// A stream of server-sent events, which has no subprotocol: each in the spelling of its event.
    case asSent

    func wantsCloudEvent(for confirmation: Confirmation) -> Bool {
        switch self {
        case .deskbridge: false
        case .cloudEvents: true
        case .asSent: confirmation.isCloudEvent
        }
    }
}

/// What a live connection is sent, in whatever way it frames messages.
struct LiveMessage: Sendable {
    /// The name of a server-sent event.
    let name: String
    /// Where a later connection may resume: the `seq` of a confirmation.
    let seq: Int64?
    let body: JSONValue

    static func authenticated(_ client: ClientName, session: String, ledger: String, acknowledged: Int64) -> LiveMessage {
        LiveMessage(
            name: "authenticated", seq: nil,
            body: [
                "type": "authenticated", "client": .string(client.text), "session": .string(session), "ledger": .string(ledger),
                "seq": .integer(acknowledged),
            ])
    }

    static func accepted(_ answer: IntakeAnswer) -> LiveMessage {
        var members: JSONObject = ["type": "accepted"]
        let event = answer.record.event
        members["id"] = .string(event.id.text)
        members["idempotencyKey"] = .string(event.key.text)
        members["state"] = .string(answer.record.state.rawValue)
        members["replayed"] = .bool(answer.isReplayed)
        members.merge(EventJSON.wait(answer.record)) { _, new in new }
        return LiveMessage(name: "accepted", seq: nil, body: .object(members))
    }

    static func confirmation(_ confirmation: Confirmation, _ style: ConfirmationStyle) -> LiveMessage {
        LiveMessage(
            name: "confirmation", seq: confirmation.seq,
            body: style.wantsCloudEvent(for: confirmation) ? CloudEventJSON.confirmation(confirmation) : EventJSON.message(confirmation))
    }

    static func state(_ event: EventRecord, before: DeliveryState?, at moment: Timestamp) -> LiveMessage {
        var members: JSONObject = [
            "type": "state", "id": .string(event.id.text), "eventType": .string(event.event.type.text),
            "client": .string(event.client.text), "before": before.map { .string($0.rawValue) } ?? .null,
            "after": .string(event.state.rawValue), "attempt": .integer(Int64(event.attempt)), "timestamp": .string(moment.description),
        ]
        if event.state == .retrying { members["dueAt"] = event.dueAt.map { .string($0.description) } }
        members.merge(EventJSON.wait(event)) { _, new in new }
        if event.state != .succeeded { members["error"] = event.failure?.json }
        return LiveMessage(name: "state", seq: nil, body: .object(members))
    }

    static func output(_ batch: OutputBatch) -> LiveMessage {
        LiveMessage(
            name: "output", seq: nil,
            body: [
                "type": "output", "id": .string(batch.event.text), "attempt": .integer(Int64(batch.attempt)),
                "step": .string(batch.step), "stream": .string(batch.stream), "from": .integer(Int64(batch.from)),
                "lines": .array(batch.lines.map(JSONValue.string)), "dropped": .integer(Int64(batch.dropped)),
            ])
    }

    static func status(_ status: JSONObject) -> LiveMessage {
        var members: JSONObject = ["type": "status"]
        members.merge(status) { _, new in new }
        return LiveMessage(name: "status", seq: nil, body: .object(members))
    }

    static func problem(_ problem: Problem, key: String? = nil, requestID: String? = nil) -> LiveMessage {
        var members: JSONObject = [
            "type": "error", "code": .string(problem.code.rawValue), "message": .string(problem.detail),
        ]
        members["idempotencyKey"] = key.map(JSONValue.string)
        members["requestId"] = requestID.map(JSONValue.string)
        members.merge(problem.errorMembers) { _, new in new }
        if let retryAfter = problem.retryAfter { members["retryAfter"] = .integer(retryAfter.secondsRoundedUp) }
        return LiveMessage(name: "error", seq: nil, body: .object(members))
    }
}

extension Duration {
    /// Whole seconds, at least 1, as `Retry-After` takes them (RFC 9110 section 10.2.3).
    var secondsRoundedUp: Int64 { max(1, components.seconds + (components.attoseconds > 0 ? 1 : 0)) }
}
