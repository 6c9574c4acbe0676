package import DeskbridgeCore
internal import FoundationEssentials
internal import GRDB

extension StoreOperation where Answer == AuditRecord {
    /// Adds a record to the audit.
    package static func audit(_ entry: AuditEntry) -> Self { StoreOperation(size: 512) { db in try db.append(entry) } }
}

extension StoreOperation where Answer == Int {
    /// Forgets the oldest records, at most `limit` of them, and says so in the audit. The answer is how many.
    ///
    /// - Parameters:
    ///   - moment: records from then on are kept.
    ///   - count: how many are kept at most.
    package static func pruneAudit(before moment: Timestamp, keeping count: Int, now: Timestamp, limit: Int = 1000) -> Self {
        StoreOperation { db in
            guard let head = try db.auditHead(), let first = try db.integer("SELECT min(seq) FROM audit") else { return 0 }
            // Numbers go up with time, so nothing but the oldest is looked at; the newest record always stays.
            let end = min(first + Int64(limit), head.seq)
            let tooMany = head.seq - Int64(count)
            let found = try db.rows(
                "SELECT seq, hash FROM audit WHERE seq >= ? AND seq < ? AND (at < ? OR seq <= ?) ORDER BY seq",
                [first, end, moment.milliseconds, tooMany]
            ) { (seq: $0[0] as Int64, hash: [UInt8]($0[1] as Data)) }
            // Only what is together at the beginning: the chain must have no gap.
            let forgotten = found.enumerated().prefix { $0.element.seq == first + Int64($0.offset) }.map(\.element)
            guard let last = forgotten.last else { return 0 }
            try db.run("DELETE FROM audit WHERE seq <= ?", [last.seq])
            try db.run(
                "INSERT INTO audit_anchor (one, seq, hash) VALUES (1, ?, ?) ON CONFLICT (one) DO UPDATE SET seq = excluded.seq, hash = excluded.hash",
                [last.seq, Data(last.hash)])
            try db.append(
                AuditEntry(
                    AuditChain.pruning, "done", at: now, by: .bridge, subject: "\(forgotten.count) records",
                    detail: AuditMark(seq: last.seq, hash: last.hash).description))
            return forgotten.count
        }
    }
}

/// A part of the audit.
package struct AuditPage: Sendable, Hashable {
    package let records: [AuditRecord]
    /// The last record that was pruned.
    package let anchor: AuditMark?
    /// The greatest number that was ever given to a record.
    package let lastSeq: Int64
}

extension EventStore {
    /// Records in the order of the chain.
    package func audit(after seq: Int64, limit: Int) async throws(StoreError) -> AuditPage {
        try await read { db in
            AuditPage(
                records: try db.rows("SELECT seq, text, hash FROM audit WHERE seq > ? ORDER BY seq LIMIT ?", [seq, limit]) {
                    AuditRecord(seq: $0[0], text: $0[1], hash: [UInt8]($0[2] as Data))
                },
                anchor: try db.row("SELECT seq, hash FROM audit_anchor").map { AuditMark(seq: $0[0], hash: [UInt8]($0[1] as Data)) },
                lastSeq: try db.lastAuditSeq())
        }
    }

    /// As the operation of the same name.
    @discardableResult
    package func audit(_ entry: AuditEntry) async throws(StoreError) -> AuditRecord { try await perform(.audit(entry)) }

    /// As the operation of the same name.
    package func pruneAudit(
        before moment: Timestamp, keeping count: Int, now: Timestamp, limit: Int = 1000
    ) async throws(StoreError) -> Int {
        try await perform(.pruneAudit(before: moment, keeping: count, now: now, limit: limit))
    }
}

extension Database {
    /// Adds a record at the end of the chain, within the transaction that is open.
    @discardableResult
    func append(_ entry: AuditEntry) throws -> AuditRecord {
        // The number comes after all that were ever given, so that a chain that lost its end shows the gap.
        let record = AuditRecord(entry, seq: try lastAuditSeq() + 1, after: try auditHead()?.hash ?? AuditRecord.origin)
        try run(
            "INSERT INTO audit (seq, at, text, hash) VALUES (?, ?, ?, ?)",
            [record.seq, entry.at.milliseconds, record.text, Data(record.hash)])
        return record
    }

    fileprivate func auditHead() throws -> AuditMark? {
        try row("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1").map { AuditMark(seq: $0[0], hash: [UInt8]($0[1] as Data)) }
    }

    fileprivate func lastAuditSeq() throws -> Int64 { try integer("SELECT seq FROM sqlite_sequence WHERE name = 'audit'") ?? 0 }
}

extension AuditEntry {
    /// What somebody did with an event.
    static func about(
        _ event: EventRecord, _ verb: String, _ outcome: String, at moment: Timestamp, by actor: AuditActor, rule: String? = nil,
        detail: String? = nil
    ) -> AuditEntry {
        AuditEntry(
            verb, outcome, at: moment, by: actor, subject: event.id.text, owner: event.client, type: event.event.type, rule: rule,
            detail: detail)
    }

    /// What somebody did with a token; its secret is not known here.
    static func about(_ token: TokenRecord, _ verb: String, at moment: Timestamp, detail: String? = nil) -> AuditEntry {
        AuditEntry(verb, "done", at: moment, subject: token.id, owner: token.client, detail: detail)
    }
}
