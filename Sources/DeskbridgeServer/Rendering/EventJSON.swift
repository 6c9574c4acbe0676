package import DeskbridgeActions
package import DeskbridgeCore
package import DeskbridgeEngine
package import DeskbridgeStore

/// An event as HTTP and the command line show it. Secrets are hidden.
package enum EventJSON {
    package static func summary(_ record: EventRecord) -> JSONObject {
        let event = record.event
        var members: JSONObject = [
            "id": .string(event.id.text), "type": .string(event.type.text), "client": .string(event.client.text),
            "state": .string(record.state.rawValue), "idempotencyKey": .string(event.key.text), "action": .string(event.action),
            "rule": .string(event.rule), "payload": event.shownPayload ?? event.payload,
            "acceptedAt": .string(event.acceptedAt.description), "attempt": .integer(Int64(record.attempt)),
            "attemptsUsed": .integer(Int64(record.attempt - record.attemptsBeforeRetry)),
            "maximumAttempts": .integer(Int64(event.maximumAttempts)),
        ]
        members["origin"] = event.origin.map(JSONValue.string)
        members["expiresAt"] = event.expiresAt.map { .string($0.description) }
        if record.state == .queued || record.state == .retrying { members["dueAt"] = record.dueAt.map { .string($0.description) } }
        members.merge(wait(record)) { _, new in new }
        members["result"] = record.result
        members["error"] = record.failure?.json
        members["finalAt"] = record.finalAt.map { .string($0.description) }
        return members
    }

    /// - Parameter plan: what the event would do, for one that asks for an approval.
    package static func detail(_ history: EventHistory, plan: ActionPlan? = nil) -> JSONValue {
        var members = summary(history.event)
        members["confirmation"] = history.confirmation.map { $0.isCloudEvent ? CloudEventJSON.confirmation($0) : message($0) } ?? .null
        members["approval"] = history.approvals.last.map(approval)
        members["plan"] = plan?.shown
        members["attempts"] = .array(history.attempts.map(attempt))
        members["steps"] = .array(
            history.attempts.flatMap(\.steps).map { ["id": .string($0.step), "attempt": .integer(Int64($0.attempt)), "result": $0.result] })
        return .object(members)
    }

    /// What a waiting event waits for, and until when at most.
    package static func wait(_ record: EventRecord) -> JSONObject {
        guard record.state == .waiting else { return [:] }
        var members: JSONObject = [:]
        members["waitsFor"] = record.waitsFor?.json
        members["waitsUntil"] = record.dueAt.map { .string($0.description) }
        return members
    }

    /// The answer to an event that was taken.
    package static func accepted(_ answer: IntakeAnswer) -> JSONObject {
        let event = answer.record.event
        let members: JSONObject = [
            "id": .string(event.id.text), "type": .string(event.type.text), "state": .string(answer.record.state.rawValue),
            "idempotencyKey": .string(event.key.text), "replayed": .bool(answer.isReplayed),
        ]
        return members.merging(wait(answer.record)) { _, new in new }
    }

    /// A confirmation with its `seq`, as it goes to the client.
    package static func message(_ confirmation: Confirmation) -> JSONValue {
        guard case .object(var members) = confirmation.body else { return confirmation.body }
        members.updateValue(.integer(confirmation.seq), forKey: "seq", insertingAt: min(1, members.count))
        return .object(members)
    }

    private static func approval(_ approval: Approval) -> JSONValue {
        var members: JSONObject = ["rule": .string(approval.rule), "askedAt": .string(approval.askedAt.description)]
        members["until"] = approval.until.map { .string($0.description) }
        members["answer"] = approval.answer.map { .string($0.rawValue) } ?? .null
        members["answeredAt"] = approval.answeredAt.map { .string($0.description) }
        members["place"] = approval.place.map { .string($0.rawValue) }
        members["reason"] = approval.reason.map(JSONValue.string)
        members["remembers"] = approval.answer == nil ? approval.remembers?.json : nil
        members["remembered"] = approval.remembered.map { .integer($0) }
        return .object(members)
    }

    private static func line(_ line: OutputTailLine) -> JSONValue {
        var members: JSONObject = ["stream": .string(line.stream), "text": .string(line.text)]
        members["step"] = line.step.map(JSONValue.string)
        return .object(members)
    }

    private static func attempt(_ attempt: AttemptRecord) -> JSONValue {
        var members: JSONObject = [
            "number": .integer(Int64(attempt.number)), "startedAt": .string(attempt.startedAt.description),
        ]
        members["endedAt"] = attempt.endedAt.map { .string($0.description) }
        members["outcome"] = attempt.outcome.map { .string($0.rawValue) }
        members["error"] = attempt.failure?.json
        members["plan"] = attempt.plan
        members["output"] = .array(attempt.outputTail.map(line))
        members["outputFrom"] = attempt.outputFrom.map { .integer(Int64($0)) }
        return .object(members)
    }
}
