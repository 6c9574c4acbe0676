package import DeskbridgeCore
internal import GRDB

extension StoreOperation where Answer == Void {
    /// Keeps what a finished step returned, so that a later attempt goes on after it.
    /// - Throws: `wrongState` unless that very attempt is running.
    package static func storeStepResult(
        event: EventID, step: String, attempt: Int, result: JSONValue, at moment: Timestamp
    ) -> Self {
        let text = result.text
        return StoreOperation(size: 256 + text.utf8.count) { db in
            let head = try db.head(event)
            try head.demandRunning(attempt)
            try db.keepStep(step, of: head.sequence, attempt: attempt, result: text, at: moment)
        }
    }
}

extension EventStore {
    /// As the operation of the same name.
    package func storeStepResult(
        event: EventID, step: String, attempt: Int, result: JSONValue, at moment: Timestamp
    ) async throws(StoreError) {
        try await perform(.storeStepResult(event: event, step: step, attempt: attempt, result: result, at: moment))
    }

    /// The steps that are finished, in the order in which they finished.
    package func stepResults(_ event: EventID) async throws(StoreError) -> [StepRecord] {
        try await read { db in try db.steps(of: db.head(event).sequence) }
    }
}

extension Database {
    /// A step that was finished before keeps its place; the later result counts.
    func keepStep(_ step: String, of sequence: Int64, attempt: Int, result: String, at moment: Timestamp) throws {
        try run(
            """
            INSERT INTO steps (event, step, position, attempt, result, finished_at)
            SELECT ?1, ?2, (SELECT count(*) FROM steps WHERE event = ?1), ?3, ?4, ?5
            WHERE true
            ON CONFLICT (event, step) DO UPDATE SET
                attempt = excluded.attempt, result = excluded.result, finished_at = excluded.finished_at
            """,
            [sequence, step, attempt, result, moment.milliseconds])
    }

    func steps(of sequence: Int64) throws -> [StepRecord] {
        try rows("SELECT step, result, attempt, finished_at FROM steps WHERE event = ? ORDER BY position", [sequence]) { row in
            StepRecord(step: row[0], result: try row.json(required: 1), attempt: row[2], at: row.timestamp(required: 3))
        }
    }
}
