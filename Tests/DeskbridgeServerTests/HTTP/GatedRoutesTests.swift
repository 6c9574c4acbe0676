import DeskbridgeCore
import DeskbridgeEngine
import DeskbridgeTestSupport
import Testing
import WebSocketTransport

@testable import DeskbridgeServer

/// Whoever adds a route, a message or a request has to say what the gate is asked for; here it is noticed if they don't.
@Suite(.timeLimit(.minutes(1))) struct GatedRoutesTests {
    /// What is answered to anybody, because it tells nothing of the bridge and changes nothing. A session of the console is begun
    /// with a ticket that the gate let somebody have.
    private static let open: Set = [
        "GET /", "GET /client.js", "GET /console/{name}", "GET /healthz", "GET /readyz", "POST /v1/console/session", "POST /v1/pair",
    ]

    private func withRoutes(_ body: (_ routes: Set<String>, _ gated: [String: [Gate.Kind]]) throws -> Void) async throws {
        let bench = try EngineBench { $0.listen.port = 0 }
        let server = try await BridgeServer(bridge: bench.bridge, controlSocket: bench.home.root + "/run/control.sock") { _ in }
        let table = GatedRouteTable()
        let routes = server.routes(notedIn: table).routes.filter { $0.method != .head }.map { "\($0.method.rawValue) \($0.path)" }
        // A path is noted as it was written, and the router says it in its own way.
        let gated = Dictionary(
            uniqueKeysWithValues: table.all.map { route, kinds in
                (
                    route.split(separator: "/", omittingEmptySubsequences: false).map {
                        $0.first == ":" ? "{\($0.dropFirst())}" : String($0)
                    }
                    .joined(separator: "/"), kinds
                )
            })
        try body(Set(routes), gated)
        try await bench.store.close()
    }

    @Test func everyRouteIsGatedOrForEverybody() async throws {
        try await withRoutes { routes, gated in
            #expect(routes.count > 25)
            #expect(routes.subtracting(gated.keys).subtracting(Self.open) == [], "these routes ask nobody whether they may answer")
            #expect(Set(gated.keys).subtracting(routes) == [])
            #expect(Self.open.subtracting(routes) == [], "there is no such route any more")
            #expect(gated.values.allSatisfy { !$0.isEmpty })
        }
    }

    @Test(
        arguments: [
            ("POST /v1/events", .submit), ("GET /v1/events/{id}", .see), ("POST /v1/events/{id}/retry", .manage),
            ("POST /v1/events/{id}/resolve", .settle),
            ("POST /v1/events/{id}/approve", .decide), ("POST /v1/ack", .acknowledge), ("GET /metrics", .readMetrics),
            ("GET /v1/stream", .watch), ("GET /v1/ws", .watch), ("DELETE /v1/tokens/{id}", .administer), ("GET /v1/policy", .readPolicies),
            ("GET /v1/policy/answers", .readPolicies), ("DELETE /v1/policy/answers/{number}", .forgetAnswer),
        ] as [(String, Gate.Kind)])
    func aRouteNeedsWhatItDoes(route: String, kind: Gate.Kind) async throws {
        try await withRoutes { _, gated in #expect(gated[route]?.first == kind) }
    }

    /// What a message needs is a `switch` over all messages, so the compiler asks for it; here is what it says.
    @Test(
        arguments: [
            (#"{"type":"CREATE","idempotencyKey":"k","payload":{}}"#, .submit), (#"{"type":"subscribe","channels":["events"]}"#, .watch),
            (#"{"type":"ack","seq":1}"#, .acknowledge), (#"{"type":"unsubscribe","channels":["events"]}"#, nil), (#"{"type":"ping"}"#, nil),
            (#"{"type":"auth","token":"x"}"#, nil), (#"{"type":"request","id":"r","action":"get_event"}"#, .see),
        ] as [(String, Gate.Kind?)])
    func aMessageNeedsWhatItDoes(text: String, kind: Gate.Kind?) throws {
        #expect(try SocketMessage(JSONParser.parse(text), asCloudEvents: false).kind == kind)
    }

    @Test(
        arguments: [
            ("Submit", .submit), ("GetEvent", .see), ("ListQueue", .see), ("Acknowledge", .acknowledge), ("Subscribe", .watch),
            ("Unsubscribe", nil), ("GetClient", nil),
        ] as [(String, Gate.Kind?)])
    func aMethodOnTheBusNeedsWhatItDoes(name: String, kind: Gate.Kind?) throws {
        #expect(try #require(BusMethods.Method(rawValue: name)).kind == kind)
        #expect(BusMethods.Method.allCases.count == 7)
    }

    @Test func everyControlMessageIsInTheTable() throws {
        #expect(Set(SocketMessage.controls) == ["subscribe", "unsubscribe", "ack", "ping", "request", "auth"])
    }

    @Test(arguments: SocketRequests.Action.allCases) func aRequestIsAnsweredOnlyIfTheGateWasAsked(action: SocketRequests.Action)
        async throws
    {
        let bench = try EngineBench()
        let status = StatusBoard(counts: [:])
        let tokens = try await TokenDirectory(store: bench.store, clock: bench.bridge.clock)
        let authenticator = Authenticator(
            tokens: tokens, tickets: Tickets(monotonic: bench.bridge.monotonic), failures: Rate(count: 1, window: .seconds(1)),
            monotonic: bench.bridge.monotonic)
        let services = EventSocket.Services(
            bridge: bench.bridge, authenticator: authenticator,
            rates: ClientRates(standard: Rate(count: 1, window: .seconds(1)), monotonic: bench.bridge.monotonic),
            status: status, sessions: SessionRegistry(), budget: ConnectionBudget(strangers: 1, known: 1))
        let request = try SocketRequest(["id": "r", "action": .string(action.rawValue), "payload": ["id": "x", "type": "PROBE"]])
        let studio = try client("studio").identity
        do throws(Problem) {
            _ = try await SocketRequests(services: services).answer(request, for: studio)
        } catch {
            // A request about an event that isn't there; anything but an answer that nothing decided about.
            #expect(error != .undecided && error.code == .invalidEvent)
        }
        try await bench.store.close()
    }
}
