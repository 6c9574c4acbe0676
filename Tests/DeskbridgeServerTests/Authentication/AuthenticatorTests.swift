import DeskbridgeCore
import DeskbridgeEngine
import DeskbridgeStore
import DeskbridgeTestSupport
import HTTPTypes
import Testing

@testable import DeskbridgeServer

@Suite(.timeLimit(.minutes(1))) struct AuthenticatorTests {
    private static let token = "dbt_" + String(repeating: "a", count: 43)

    private struct Desk {
        let bench: EngineBench
        let tokens: TokenDirectory
        let tickets: Tickets
        let authenticator: Authenticator
    }

    private func desk(failures: Rate = Rate(count: 20, window: .seconds(60))) async throws -> Desk {
        let bench = try EngineBench()
        let tokens = try await TokenDirectory(store: bench.store, clock: bench.time.wall)
        let tickets = Tickets(monotonic: bench.time.monotonic)
        return Desk(
            bench: bench, tokens: tokens, tickets: tickets,
            authenticator: Authenticator(tokens: tokens, tickets: tickets, failures: failures, monotonic: bench.time.monotonic))
    }

    private func code(_ desk: Desk, _ credential: Authenticator.Credential, origin: String? = nil) async -> ProblemCode? {
        do throws(Problem) {
            _ = try await desk.authenticator.authenticate(credential, origin: origin)
            return nil
        } catch { return error.code }
    }

    private static func shown(_ credential: Authenticator.Credential) -> String {
        switch credential {
        case .none: "none"
        case .malformed: "malformed"
        case .token(let token): "token \(token.secret)"
        case .ticket(let ticket): "ticket \(ticket)"
        case .misplacedTicket: "misplaced"
        }
    }

    @Test(
        arguments: [
            (headers: [], target: "/v1/events", shown: "none"),
            ([("Authorization", "Bearer \(token)")], "/", "token \(token)"),
            ([("Authorization", "bearer \(token)")], "/", "token \(token)"),
            ([("Authorization", "Bearer")], "/", "malformed"), ([("Authorization", "Bearer x")], "/", "malformed"),
            ([("Authorization", "Basic \(token)")], "/", "malformed"), ([("Authorization", "Bearer \(token) x")], "/", "malformed"),
            ([("Authorization", token)], "/", "malformed"), ([("Authorization", "")], "/", "malformed"),
            ([("Sec-WebSocket-Protocol", "deskbridge.v1, bearer.\(token)")], "/", "token \(token)"),
            ([("Sec-WebSocket-Protocol", "bearer.\(token)")], "/", "token \(token)"),
            ([("Sec-WebSocket-Protocol", "deskbridge.v1"), ("Sec-WebSocket-Protocol", "bearer.\(token)")], "/", "token \(token)"),
            ([("Sec-WebSocket-Protocol", "deskbridge.v1, bearer.x")], "/", "malformed"),
            ([("Sec-WebSocket-Protocol", "deskbridge.v1")], "/", "none"),
            ([], "/v1/ws?ticket=dbk_x", "ticket dbk_x"), ([], "/v1/stream?since=3&ticket=dbk_x", "ticket dbk_x"),
            ([], "/v1/status?ticket=dbk_x", "misplaced"), ([], "/v1/tickets?ticket=dbk_x", "misplaced"),
            ([], "/v1/tokens?ticket=dbk_x", "misplaced"), ([], "/v1/ws/?ticket=dbk_x", "misplaced"),
            ([], "/v1/streams?ticket=dbk_x", "misplaced"), ([], "/?ticket=dbk_x", "misplaced"),
            ([("Sec-WebSocket-Protocol", "deskbridge.v1")], "/v1/ws?ticket=dbk_x", "ticket dbk_x"),
            ([("Authorization", "Bearer \(token)")], "/v1/ws?ticket=dbk_x", "token \(token)"),
            ([("Authorization", "Bearer x"), ("Sec-WebSocket-Protocol", "bearer.\(token)")], "/", "malformed"),
        ] as [(headers: [(String, String)], target: String, shown: String)])
    func aCredentialIsFoundWhereItStands(headers: [(String, String)], target: String, shown: String) throws {
        var request = HTTPRequest(method: .get, scheme: "http", authority: "127.0.0.1:7420", path: target)
        for (name, value) in headers { request.headerFields.append(HTTPField(name: try #require(.init(name)), value: value)) }
        #expect(Self.shown(Authenticator.credential(of: request, query: QueryItems(target))) == shown)
    }

    @Test func aGoodTokenSignsIn() async throws {
        let desk = try await desk()
        let rate = Rate(count: 5, window: .seconds(1))
        let (token, record) = try await desk.tokens.create(
            TokenRequest(
                client: try #require(ClientName("studio")), origins: ["https://studio.example"], expiry: .seconds(60), rate: rate,
                isSingleSession: true))
        let client = try await desk.authenticator.authenticate(.token(token), origin: "https://studio.example")
        #expect(client.identity == Identity(client: record.client, origin: "https://studio.example", token: record.id))
        #expect(client.rate == rate)
        #expect(client.isSingleSession)
        #expect(desk.authenticator.recognize(.token(token), origin: nil) != nil)
        try await desk.bench.store.close()
    }

    @Test(
        arguments: [
            (origin: nil, code: nil), ("https://studio.example", nil), ("https://studio.example:443", .originForbidden),
            ("http://studio.example", .originForbidden), ("https://studio.example/", .originForbidden), ("null", .originForbidden),
            ("https://STUDIO.example", .originForbidden), ("", .originForbidden), ("https://evil.example", .originForbidden),
        ] as [(origin: String?, code: ProblemCode?)])
    func theOriginMustBeOneOfTheTokens(origin: String?, code: ProblemCode?) async throws {
        let desk = try await desk()
        let (token, _) = try await desk.tokens.create(
            TokenRequest(client: try #require(ClientName("studio")), origins: ["https://studio.example"], expiry: .seconds(60)))
        #expect(await self.code(desk, .token(token), origin: origin) == code)
        try await desk.bench.store.close()
    }

    @Test func whatIsNoTokenInForceIsRefused() async throws {
        let desk = try await desk()
        let (token, record) = try await desk.tokens.create(
            TokenRequest(client: try #require(ClientName("studio")), expiry: .seconds(60)))
        #expect(await code(desk, .none) == .unauthenticated)
        #expect(await code(desk, .malformed) == .unauthenticated)
        #expect(await code(desk, .token(.mint())) == .unauthenticated)
        #expect(desk.authenticator.isInForce(Identity(client: record.client, token: record.id)))
        _ = try await desk.tokens.revoke(record.id)
        #expect(await code(desk, .token(token)) == .unauthenticated)
        #expect(!desk.authenticator.isInForce(Identity(client: record.client, token: record.id)))
        #expect(!desk.authenticator.isInForce(Identity(client: record.client)))
        #expect(desk.authenticator.isInForce(.local))
        try await desk.bench.store.close()
    }

    @Test func aTicketSignsInAsItsTokenWould() async throws {
        let desk = try await desk()
        let (_, record) = try await desk.tokens.create(
            TokenRequest(client: try #require(ClientName("studio")), origins: ["https://studio.example"], expiry: .seconds(60)))
        let identity = Identity(client: record.client, token: record.id)
        let good = try #require(desk.tickets.issue(to: identity))
        #expect(await code(desk, .ticket(good), origin: "https://studio.example") == nil)
        #expect(await code(desk, .ticket(good)) == .unauthenticated)
        let stolen = try #require(desk.tickets.issue(to: identity))
        #expect(await code(desk, .ticket(stolen), origin: "https://evil.example") == .originForbidden)
        let late = try #require(desk.tickets.issue(to: identity))
        _ = try await desk.tokens.revoke(record.id)
        #expect(await code(desk, .ticket(late)) == .unauthenticated)
        #expect(await code(desk, .ticket(try #require(desk.tickets.issue(to: .local)))) == .unauthenticated)
        try await desk.bench.store.close()
    }

    @Test func wrongCredentialsCostMoreAndMore() async throws {
        let desk = try await desk(failures: Rate(count: 4, window: .seconds(60)))
        let (token, _) = try await desk.tokens.create(TokenRequest(client: try #require(ClientName("studio")), expiry: .seconds(600)))
        for _ in 0..<4 { #expect(await code(desk, .malformed) == .unauthenticated) }
        #expect(await code(desk, .token(.mint())) == .rateLimited)
        // No credential at all costs nothing, and a right one always passes.
        #expect(await code(desk, .none) == .unauthenticated)
        #expect(await code(desk, .token(token)) == nil)
        desk.bench.time.pass(.seconds(60))
        #expect(await code(desk, .malformed) == .unauthenticated)
        try await desk.bench.store.close()
    }
}
