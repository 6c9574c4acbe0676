package import DeskbridgeCore

extension EventStore {
    /// Checks all records of the audit, page by page, as they are when it begins.
    /// - Parameter marks: places in the chain that were noted elsewhere.
    package func checkAudit(marks: [AuditMark] = []) async throws(StoreError) -> AuditChain {
        var page = try await audit(after: 0, limit: 1000)
        let lastSeq = page.lastSeq
        var chain = AuditChain(anchor: page.anchor, marks: marks)
        while let last = page.records.last, !Task.isCancelled {
            for record in page.records { chain.read(record) }
            page = try await audit(after: last.seq, limit: 1000)
        }
        chain.finish(lastSeq: lastSeq)
        return chain
    }
}
