import DeskbridgeCore
import DeskbridgeEngine
import DeskbridgeStore
import Hummingbird

/// `/v1/audit`: the records of the audit in the order of their chain. For the owner of the machine.
struct AuditRoutes {
    private static let largestPage = 1000

    let bridge: Bridge

    func add(to routes: GatedRoutes) { routes.get("audit", .first(.readAudit), use: list) }

    @Sendable private func list(_ request: Request, _ context: BridgeRequestContext) async throws -> Response {
        let query = QueryItems(request.uri.string)
        guard let after = Int64(query["after"] ?? "0"), after >= 0, let limit = Int(query["limit"] ?? "\(Self.largestPage)"),
            (1...Self.largestPage).contains(limit)
        else { throw Problem(.malformedRequest, "after is the number of a record, and limit is from 1 to \(Self.largestPage).") }
        let page: AuditPage
        do throws(StoreError) { page = try await bridge.store.audit(after: after, limit: limit) } catch { throw Problem(error) }
        return .json([
            "lines": .array(page.records.map { .string($0.line) }), "anchor": page.anchor.map { .string($0.description) } ?? .null,
            "lastSeq": .integer(page.lastSeq),
        ])
    }
}
