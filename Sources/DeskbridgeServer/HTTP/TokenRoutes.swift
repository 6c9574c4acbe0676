import DeskbridgeCore
import DeskbridgeEngine
import DeskbridgeStore
import Hummingbird

/// `/v1/tickets` for every client, and `/v1/tokens` for the owner of the machine.
struct TokenRoutes {
    let bridge: Bridge
    let tokens: TokenDirectory
    let tickets: Tickets
    let sessions: SessionRegistry

    func add(to routes: GatedRoutes) {
        routes.post("tickets", .first(.takeTicket), use: issueTicket)
        routes.get("tokens", .first(.administer), use: list)
        routes.post("tokens", .first(.administer), use: create)
        routes.post("tokens/:id/rotate", .first(.administer), use: rotate)
        routes.delete("tokens/:id", .first(.administer), use: revoke)
    }

    @Sendable private func issueTicket(_ request: Request, _ context: BridgeRequestContext) async throws -> Response {
        guard let ticket = tickets.issue(to: try context.authenticated().identity) else {
            throw Problem(.rateLimited, "Too many tickets wait to be used.", retryAfter: tickets.lifetime)
        }
        bridge.audit.note(Gate.Kind.takeTicket.rawValue, "done")
        return .json(
            ["ticket": .string(ticket), "expiresIn": .integer(tickets.lifetime.components.seconds)], status: .created)
    }

    @Sendable private func list(_ request: Request, _ context: BridgeRequestContext) async throws -> Response {
        let all = try await storing { () throws(StoreError) in try await tokens.listing() }
        return .json(["tokens": .array(all.map(TokenJSON.token))])
    }

    @Sendable private func create(_ request: Request, _ context: BridgeRequestContext) async throws -> Response {
        let body = try await request.json(limit: bridge.configuration.limits.body)
        let order = try TokenJSON.request(body, standardExpiry: bridge.configuration.tokens.expiry)
        try demandExpiry(order.expiry, context)
        let (token, record) = try await storing { () throws(StoreError) in try await tokens.create(order) }
        var members = TokenJSON.created(token, record).objectValue ?? [:]
        let policy = bridge.definitions.current.policy.policy
        members["mayCause"] = .bool(policy.mayCauseAnything(client: record.client.text, origins: record.origins))
        return .json(.object(members), status: .created)
    }

    @Sendable private func rotate(_ request: Request, _ context: BridgeRequestContext) async throws -> Response {
        let body = try await request.json(limit: bridge.configuration.limits.body, isOptional: true)
        let overlap = try TokenJSON.duration(body["overlap"], "/overlap") ?? .seconds(600)
        let expiry = try TokenJSON.expiry(body["expires"]) ?? bridge.configuration.tokens.expiry
        try demandExpiry(expiry, context)
        let id = context.parameters.get("id") ?? ""
        let rotated = try await storing { () throws(StoreError) in try await tokens.rotate(id, overlap: overlap, expiry: expiry) }
        guard let (token, record) = rotated else {
            throw Problem(.notFound, "No token in force has this id: `deskbridge token list` shows those that there are.")
        }
        return .json(TokenJSON.created(token, record), status: .created)
    }

    @Sendable private func revoke(_ request: Request, _ context: BridgeRequestContext) async throws -> Response {
        let name = context.parameters.get("id") ?? ""
        let revoked = try await storing { () throws(StoreError) in try await tokens.revoke(name) }
        guard !revoked.isEmpty else {
            throw Problem(.notFound, "No token in force has this id or client: `deskbridge token list` shows those that there are.")
        }
        sessions.end(tokens: revoked)
        // With the last token of a client goes what was answered about it.
        try await storing { () throws(StoreError) in try await bridge.answers.recollect() }
        return .json(["revoked": .integer(Int64(revoked.count))])
    }

    /// A token that lasts longer than usual is made at the command line only: were a console's session taken over, it would outlast it by years.
    private func demandExpiry(_ expiry: Duration, _ context: BridgeRequestContext) throws(Problem) {
        let longest = bridge.configuration.tokens.expiry
        guard try context.authenticated().identity.isLocal || expiry <= longest else {
            throw Problem(
                .forbidden,
                """
                The console makes tokens that are good for \(Units.text(longest)) at most, as tokens.expiry in deskbridge.yaml says. For a \
                longer one: `deskbridge token create NAME --expires \(Units.text(expiry))`, or `token rotate`.
                """)
        }
    }

    private func storing<Value>(_ body: () async throws(StoreError) -> Value) async throws(Problem) -> Value {
        do throws(StoreError) { return try await body() } catch { throw Problem(error) }
    }
}
