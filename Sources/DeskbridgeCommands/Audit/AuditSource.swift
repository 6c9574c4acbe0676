internal import DeskbridgeCore
internal import DeskbridgeStore
internal import Glibc

/// Where the records come from: the daemon, which holds the ledger while it runs, or else the ledger itself.
enum AuditSource {
    struct Page {
        /// As `audit export` writes them.
        let lines: [String]
        let anchor: AuditMark?
        let lastSeq: Int64
    }

    private static let pageSize = 1000

    /// Hands over the records page by page, in the order of the chain.
    static func read(_ home: HomeOptions, after first: Int64 = 0, _ take: (Page) throws -> Void) async throws {
        do {
            try await pages(after: first, take) { after in
                let json = try await home.withClient { try await $0.audit(after: after, limit: pageSize) }
                return try page(json)
            }
        } catch ControlError.notRunning {
            try await openLedger(home) { store in
                try await pages(after: first, take) { after in
                    let page = try await store.audit(after: after, limit: pageSize)
                    return Page(lines: page.records.map(\.line), anchor: page.anchor, lastSeq: page.lastSeq)
                }
            }
        }
    }

    private static func pages(
        after first: Int64, _ take: (Page) throws -> Void, _ read: (Int64) async throws -> Page
    ) async throws {
        var after = first
        while true {
            let page = try await read(after)
            try take(page)
            // By the number a line says it has: only the daemon's own order counts for where it goes on.
            guard page.lines.count == pageSize, let last = page.lines.last.flatMap({ AuditRecord(line: $0) }), last.seq > after else {
                return
            }
            after = last.seq
        }
    }

    private static func page(_ json: JSONValue) throws -> Page {
        guard let lines = json["lines"]?.arrayValue, let lastSeq = json["lastSeq"]?.integerValue else {
            throw ControlError.unexpectedAnswer("an audit without lines")
        }
        return Page(
            lines: lines.compactMap(\.stringValue), anchor: json["anchor"]?.stringValue.flatMap { AuditMark($0) }, lastSeq: lastSeq)
    }

    private static func openLedger(_ home: HomeOptions, _ body: (EventStore) async throws -> Void) async throws {
        let folder = try home.located().state
        guard access("\(folder)/ledger.db", F_OK) == 0 else {
            guard errno == ENOENT else {
                throw CommandFailure("Cannot look into \(folder): \(String(cString: strerror(errno))).", .noPermission)
            }
            throw CommandFailure(
                "There is no ledger in \(folder) yet, and so no audit. It begins with: \(home.command("serve"))", .failed)
        }
        let store: EventStore
        do { store = try EventStore.open(folder: folder) } catch { throw CommandFailure(error, in: folder) }
        do { try await body(store) } catch {
            try? await store.close()
            if let error = error as? StoreError { throw CommandFailure(error, in: folder) }
            throw error
        }
        do { try await store.close() } catch { throw CommandFailure(error, in: folder) }
    }
}
