internal import DeskbridgeCore
internal import GRDB

/// What an event becomes, as it is written into its row.
struct Transition {
    var state: DeliveryState
    var at: Timestamp
    var dueAt: Timestamp?
    var wait: WaitReason?
    var failure: Failure?
    var result: JSONValue?
    var confirmation: JSONValue?
    /// What came of the question to the person at the desk; without it, the event went on without an answer.
    var answer: ApprovalAnswer?
}

/// How an open question is closed.
struct ApprovalAnswer {
    var answer: Approval.Answer
    var place: Approval.Place?
    var reason: String?
    /// The number of the remembered answer that it became, or came from.
    var remembered: Int64?
}

extension Database {
    /// Moves an event to another state and stores the confirmation that goes with it.
    func move(_ head: EventHead, by transition: Transition) throws -> Confirmation? {
        guard head.state.canBecome(transition.state) else {
            throw StoreError.wrongState(head.state, head.id, wanted: transition.state.rawValue)
        }
        if transition.state.isFinal {
            try append(
                AuditEntry(
                    "outcome", transition.state.rawValue, at: transition.at, by: .bridge, subject: head.id.text, owner: head.client,
                    detail: transition.failure?.code))
        }
        let confirmation = try transition.confirmation.map { try insertConfirmation($0, for: head, at: transition.at) }
        let state = transition.state
        let isDue = state == .queued || state == .retrying
        if head.state == .waiting { try closeApproval(of: head.sequence, transition.answer, at: transition.at) }
        try run(
            """
            UPDATE events SET state = ?, due_at = ?, waits_until = ?, waits_for = ?, result = ?, failure_code = ?, failure_message = ?,
                failure_kind = ?, final_at = ?, confirmation_seq = ?, cancel_requested = 0
            WHERE sequence = ?
            """,
            [
                state.rawValue, isDue ? (transition.dueAt ?? transition.at).milliseconds : nil,
                state == .waiting ? transition.dueAt?.milliseconds : nil, state == .waiting ? transition.wait?.json.text : nil,
                transition.result?.text, transition.failure?.code,
                transition.failure?.message, transition.failure?.kind.rawValue, state.isFinal ? transition.at.milliseconds : nil,
                confirmation?.seq, head.sequence,
            ])
        return confirmation
    }

    /// As ``move(_:by:)``, with a confirmation that is told from the event as it will stand.
    func move(
        _ record: EventRecord, by transition: Transition, confirmation body: ((EventRecord) -> JSONValue)? = nil
    ) throws -> StateChange {
        var after = record
        after.state = transition.state
        after.dueAt = transition.dueAt ?? (transition.state == .queued || transition.state == .retrying ? transition.at : nil)
        after.result = transition.result
        after.failure = transition.failure
        after.finalAt = transition.state.isFinal ? transition.at : nil
        after.confirmationSeq = nil
        after.cancelRequested = false
        after.waitsFor = transition.wait

        var transition = transition
        if let body { transition.confirmation = body(after) }
        let confirmation = try move(EventHead(record), by: transition)
        after.confirmationSeq = confirmation?.seq
        return StateChange(before: record.state, event: after, confirmation: confirmation)
    }

    private func insertConfirmation(_ body: JSONValue, for head: EventHead, at moment: Timestamp) throws -> Confirmation {
        try run(
            "INSERT INTO confirmations (event, client, body, created_at) VALUES (?, ?, ?, ?)",
            [head.sequence, head.client.text, body.text, moment.milliseconds])
        return Confirmation(
            seq: lastInsertedRowID, event: head.id, client: head.client, body: body, createdAt: moment, isCloudEvent: head.isCloudEvent)
    }

    func beginAttempt(_ number: Int, of sequence: Int64, at moment: Timestamp) throws {
        try run("INSERT INTO attempts (event, number, started_at) VALUES (?, ?, ?)", [sequence, number, moment.milliseconds])
    }

    func endAttempt(
        _ number: Int, of sequence: Int64, at moment: Timestamp, outcome: AttemptRecord.Outcome, failure: Failure? = nil,
        outputTail: [OutputTailLine] = [], plan: JSONValue? = nil
    ) throws {
        try run(
            """
            UPDATE attempts SET ended_at = ?, outcome = ?, failure_code = ?, failure_message = ?, failure_kind = ?,
                output_tail = ?, plan = ?
            WHERE event = ? AND number = ?
            """,
            [
                moment.milliseconds, outcome.rawValue, failure?.code, failure?.message, failure?.kind.rawValue,
                outputTail.isEmpty ? nil : OutputTailLine.json(outputTail).text, plan?.text, sequence, number,
            ])
    }
}

extension OutputTailLine {
    /// Each line as a pair, `["stdout","…"]`.
    static func json(_ lines: [OutputTailLine]) -> JSONValue {
        .array(lines.map { [.string($0.stream), .string($0.text)] })
    }

    static func lines(_ json: JSONValue?) -> [OutputTailLine] {
        (json?.arrayValue ?? []).compactMap { line in
            guard let pair = line.arrayValue, pair.count == 2, let stream = pair[0].stringValue, let text = pair[1].stringValue
            else { return nil }
            return OutputTailLine(stream: stream, text: text)
        }
    }
}
