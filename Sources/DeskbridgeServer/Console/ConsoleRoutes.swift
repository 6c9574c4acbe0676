import DeskbridgeCore
import DeskbridgeEngine
import DeskbridgeStore
import Hummingbird

/// Desk sessions: the owner's ticket, which the console in the browser exchanges for a token with the owner's rights.
struct ConsoleRoutes {
    private static let lifetime = Duration.seconds(12 * 3600)
    /// A person who decides about many events at once sends more than a page that makes them one by one.
    private static let rate = Rate(count: 600, window: .seconds(10))

    let bridge: Bridge
    let authenticator: Authenticator
    let tokens: TokenDirectory
    let tickets: Tickets
    let sessions: SessionRegistry
    let port: Int
    /// Where the browser finds the console, such as `127.0.0.1:7420`.
    let address: String

    /// What asks for no token.
    func addPublic(to router: Router<BridgeRequestContext>) {
        router.post("v1/console/session") { request, context in
            try await bridge.audit.watching("open_console") { try await open(request, context) }
        }
    }

    func add(to routes: GatedRoutes) {
        routes.post("console/tickets", .first(.openConsole), use: issueTicket)
        routes.delete("console/session", .first(.closeConsole), use: close)
    }

    @Sendable private func issueTicket(_ request: Request, _ context: BridgeRequestContext) async throws -> Response {
        let identity = try context.authenticated().identity
        guard let ticket = tickets.issue(to: identity) else {
            throw Problem(.rateLimited, "Too many tickets wait to be used.", retryAfter: tickets.lifetime)
        }
        bridge.audit.note("open_console", "done")
        // Behind the #, so that it is in no request, no log and no referrer.
        return .json(
            [
                "ticket": .string(ticket), "url": .string("http://\(address)/#ticket=\(ticket)"),
                "expiresIn": .integer(tickets.lifetime.components.seconds),
            ], status: .created)
    }

    @Sendable private func open(_ request: Request, _ context: BridgeRequestContext) async throws -> Response {
        try SameOrigin.demand(request, port: port)
        let body = try await request.json(limit: bridge.configuration.limits.body)
        guard let ticket = body["ticket"]?.stringValue else {
            throw Problem(.invalidEvent, "/ticket is missing.", errors: [.init(pointer: "/ticket", message: "must be a string")])
        }
        try await authenticator.redeem(ticket, of: tickets)
        var order = TokenRequest(
            client: .console, origins: SameOrigin.origins(port: port), expiry: Self.lifetime, rate: Self.rate, label: nil)
        order.isDesk = true
        do throws(StoreError) {
            let (token, record) = try await tokens.createForDesk(order, origin: request.headers[.origin])
            // Where the page begins: it shows what happens, and no years of confirmations of others.
            let seq = try await bridge.store.lastSeq(nil)
            return .json(
                [
                    "token": .string(token.secret), "expiresAt": .string(record.expiresAt.description),
                    "client": .string(record.client.text), "seq": .integer(seq),
                ], status: .created)
        } catch {
            throw Problem(error)
        }
    }

    @Sendable private func close(_ request: Request, _ context: BridgeRequestContext) async throws -> Response {
        guard let id = try context.authenticated().identity.token else { throw Problem(.forbidden, "This is no session.") }
        do throws(StoreError) { sessions.end(tokens: try await tokens.revoke(id)) } catch { throw Problem(error) }
        return Response(status: .noContent)
    }
}
