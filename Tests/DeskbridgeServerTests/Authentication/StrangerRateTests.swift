import DeskbridgeCore
import DeskbridgeTestSupport
import HTTPTypes
import NIOEmbedded
import Testing
import WebSocketTransport

@testable import DeskbridgeServer

@Suite(.timeLimit(.minutes(1))) struct StrangerRateTests {
    @Test func onlyThoseWhoCannotSignInCount() async throws {
        let bench = try EngineBench()
        let tokens = try await TokenDirectory(store: bench.store, clock: bench.time.wall)
        let (token, _) = try await tokens.create(TokenRequest(client: try #require(ClientName("studio")), expiry: .seconds(600)))
        let budget = ConnectionBudget(strangers: 9, known: 9)
        let strangers = StrangerRate(
            authenticator: Authenticator(
                tokens: tokens, tickets: Tickets(monotonic: bench.time.monotonic), failures: Rate(count: 9, window: .seconds(60)),
                monotonic: bench.time.monotonic),
            budget: budget, monotonic: bench.time.monotonic, rate: Rate(count: 2, window: .seconds(60)))
        let (stranger, known) = (EmbeddedChannel(), EmbeddedChannel())
        for channel in [stranger, known] { budget.add(channel) }
        #expect(budget.vouch(for: known, of: "a"))
        let plain = HTTPRequest(method: .get, scheme: nil, authority: nil, path: "/")
        var bearing = plain
        bearing.headerFields[.authorization] = "Bearer \(token.secret)"
        var guessing = plain
        guessing.headerFields[.authorization] = "Bearer dbt_\(String(repeating: "a", count: 43))"

        try strangers.take(plain, stranger)
        try strangers.take(guessing, stranger)
        for request in [plain, guessing] {
            let problem = #expect(throws: Problem.self) { try strangers.take(request, stranger) }
            #expect(problem?.code == .rateLimited && problem?.retryAfter == .seconds(60))
        }
        for _ in 1...5 {
            try strangers.take(bearing, stranger)
            try strangers.take(plain, known)
        }
        bench.time.pass(.seconds(60))
        try strangers.take(plain, stranger)
    }
}
