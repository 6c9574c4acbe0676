import DeskbridgeCore
import DeskbridgeEngine
import DeskbridgeStore
import Hummingbird

/// `/v1/audit`: the records of the audit in the order of their chain. For the owner of the machine.
struct AuditRoutes {
    private static let largestPage = 1000
    /// Of a broken chain, so many flaws are told one by one.
    private static let mostFlaws = 100

    let bridge: Bridge

    func add(to routes: GatedRoutes) {
        routes.get("audit", .first(.readAudit), use: list)
        routes.get("audit/verify", .first(.readAudit), use: verify)
    }

    /// Whether the chain is whole, as `deskbridge audit verify` tells it. Takes as long as there are records to read.
    @Sendable private func verify(_ request: Request, _ context: BridgeRequestContext) async throws -> Response {
        var marks: [AuditMark] = []
        if let text = QueryItems(request.uri.string)["mark"] {
            guard let mark = AuditMark(text) else {
                throw Problem(
                    .malformedRequest, "mark is where the chain ended once, as NUMBER:HASH, such as `deskbridge audit verify` says it.")
            }
            marks.append(mark)
        }
        let chain: AuditChain
        do throws(StoreError) { chain = try await bridge.store.checkAudit(marks: marks) } catch { throw Problem(error) }
        return .json([
            "whole": .bool(chain.flaws.isEmpty), "records": .integer(Int64(chain.count)),
            "mark": chain.head.map { .string($0.description) } ?? .null,
            "flaws": .array(chain.flaws.prefix(Self.mostFlaws).map { .string($0.description) }),
            "flawCount": .integer(Int64(chain.flaws.count)),
        ])
    }

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
