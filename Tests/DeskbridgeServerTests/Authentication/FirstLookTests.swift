import DeskbridgeCore
import DeskbridgeTestSupport
import HTTPTypes
import Testing
import WebSocketTransport

@testable import DeskbridgeServer

@Suite(.timeLimit(.minutes(1))) struct FirstLookTests {
    private static let wrong = "dbt_" + String(repeating: "a", count: 43)

    private struct Desk {
        let bench: EngineBench
        let tokens: TokenDirectory
        let tickets: Tickets
        let authenticator: Authenticator
        var look: FirstLook { FirstLook(authenticator: authenticator) }
    }

    private func desk() async throws -> Desk {
        let bench = try EngineBench()
        let tokens = try await TokenDirectory(store: bench.store, clock: bench.time.wall)
        let tickets = Tickets(monotonic: bench.time.monotonic)
        let failures = Rate(count: 2, window: .seconds(60))
        return Desk(
            bench: bench, tokens: tokens, tickets: tickets,
            authenticator: Authenticator(tokens: tokens, tickets: tickets, failures: failures, monotonic: bench.time.monotonic))
    }

    private func request(_ path: String = "/v1/status", bearer: String? = nil, origin: String? = nil) -> HTTPRequest {
        var request = HTTPRequest(method: .get, scheme: nil, authority: nil, path: path)
        request.headerFields[.authorization] = bearer.map { "Bearer \($0)" }
        request.headerFields[.origin] = origin
        return request
    }

    private func shown(_ judgement: Doorkeeper.Judgement) -> String {
        switch judgement {
        case .known: "known"
        case .stranger: "stranger"
        case .refused(let answer): String(decoding: answer, as: UTF8.self)
        }
    }

    /// As often as wrong credentials are answered.
    private func exhaust(_ desk: Desk) async throws {
        let token = try #require(BearerToken(Self.wrong))
        for _ in 1...3 { _ = try? await desk.authenticator.authenticate(.token(token), origin: nil) }
    }

    @Test func whoCanSignInIsKnown() async throws {
        let desk = try await desk()
        let (token, record) = try await desk.tokens.create(
            TokenRequest(client: try #require(ClientName("studio")), origins: ["https://studio.example"], expiry: .seconds(60)))
        let ticket = try #require(desk.tickets.issue(to: .init(client: record.client, token: record.id)))
        try await exhaust(desk)
        #expect(shown(desk.look.judge(request(bearer: token.secret))) == "known")
        // Looking uses no ticket up.
        for _ in 1...3 { #expect(shown(desk.look.judge(request("/v1/ws?ticket=\(ticket)"))) == "known") }
        #expect(desk.tickets.redeem(ticket) != nil)
        #expect(shown(desk.look.judge(request("/v1/ws?ticket=\(ticket)"))) != "known")
    }

    @Test func aWrongCredentialIsLookedAtInFullUntilThereWereTooMany() async throws {
        let desk = try await desk()
        // Looking counts nothing.
        for _ in 1...9 { #expect(shown(desk.look.judge(request(bearer: Self.wrong))) == "stranger") }
        try await exhaust(desk)
        for bearer in [Self.wrong, "x", ""] {
            let answer = shown(desk.look.judge(request(bearer: bearer)))
            #expect(
                answer.hasPrefix("HTTP/1.1 429 ") && answer.contains("\r\nRetry-After: 60\r\n")
                    && answer.contains("\"code\":\"rate_limited\""))
        }
        #expect(shown(desk.look.judge(request("/v1/ws?ticket=dbk_x"))).hasPrefix("HTTP/1.1 429 "))
        #expect(shown(desk.look.judge(request())) == "stranger")
    }

    @Test func onlyPagesOfKnownOriginsMayReadARefusal() async throws {
        let desk = try await desk()
        _ = try await desk.tokens.create(
            TokenRequest(client: try #require(ClientName("studio")), origins: ["https://studio.example"], expiry: .seconds(60)))
        try await exhaust(desk)
        let allowed = shown(desk.look.judge(request(bearer: Self.wrong, origin: "https://studio.example")))
        #expect(allowed.contains("\r\nAccess-Control-Allow-Origin: https://studio.example\r\n"))
        let others = ["https://other.example", "null", "https://studio.example:443", "http://studio.example"]
        for origin in others {
            #expect(!shown(desk.look.judge(request(bearer: Self.wrong, origin: origin))).contains("Access-Control-Allow-Origin"))
        }
    }
}
