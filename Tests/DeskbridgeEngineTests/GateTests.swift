import DeskbridgeCore
import DeskbridgeTestSupport
import Testing

@testable import DeskbridgeEngine

@Suite struct GateTests {
    private static let yaml = """
        rules:
          - {allow: [RENDER], clients: [studio], origins: ["https://studio.example"], rate: 3/10s}
          - {deny: ["DELETE_*"], clients: ["*"]}
          - {ask: [PUBLISH], clients: ["*"], timeout: 60s}
          - {allow: ["*"], clients: [local, admin]}
        visibility:
          - {client: admin, sees: ["*"]}
        """

    private let time = ManualTime()
    private let gate: Gate
    private let policy: Policy

    init() throws {
        gate = Gate(clock: time.monotonic)
        policy = try PolicyFile.parse(YAMLParser.parse(Self.yaml, file: "policies/p.yaml"), home: "/").policy
    }

    private func identity(_ name: String, _ origin: String? = nil) throws -> Identity {
        // The owner of the machine comes without a token; everybody else with one.
        Identity(client: try #require(ClientName(name)), origin: origin, token: name == "local" ? nil : "t")
    }

    private func code(_ identity: Identity, _ verb: Gate.Verb) -> ProblemCode? {
        do throws(Problem) {
            try gate.check(identity, verb, under: policy)
            return nil
        } catch { return error.code }
    }

    @Test(
        arguments: [
            (client: "studio", origin: "https://studio.example", type: "RENDER", code: nil),
            ("studio", "https://evil.example", "RENDER", .deniedByPolicy),
            ("studio", nil, "RENDER", .deniedByPolicy), ("other", "https://studio.example", "RENDER", .deniedByPolicy),
            ("admin", nil, "RENDER", nil), ("admin", nil, "DELETE_ALL", .deniedByPolicy), ("local", nil, "DELETE_ALL", .deniedByPolicy),
            ("admin", nil, "PUBLISH", nil), ("local", nil, "ANYTHING", nil),
        ] as [(client: String, origin: String?, type: String, code: ProblemCode?)])
    func rulesDecideWhoMayCauseWhat(client: String, origin: String?, type: String, code: ProblemCode?) throws {
        #expect(self.code(try identity(client, origin), .submit(try #require(EventType(type)))) == code)
    }

    @Test(
        arguments: [
            (
                "studio", "https://evil.example", "RENDER",
                """
                No policy rule lets client "studio" cause RENDER from https://evil.example. The person at the desk sees why with \
                `deskbridge policy explain RENDER --client studio --origin https://evil.example`.
                """
            ),
            (
                "admin", nil, "DELETE_ALL",
                """
                Client "admin" may not cause DELETE_ALL. The person at the desk sees why with `deskbridge policy explain DELETE_ALL --client admin`.
                """
            ),
            ("local", nil, "DELETE_ALL", "Client \"local\" may not cause DELETE_ALL."),
        ] as [(String, String?, String, String)])
    func aDenialIsASentenceWithWhatThePersonCanDo(client: String, origin: String?, type: String, words: String) throws {
        let verb = Gate.Verb.submit(try #require(EventType(type)))
        guard case .deny(let problem) = gate.decide(try identity(client, origin), verb, under: policy).answer else {
            Issue.record("it was let through")
            return
        }
        #expect(problem.detail == words)
    }

    @Test func theRuleThatDecidedIsNamedForTheLedger() throws {
        let rule = try gate.check(
            try identity("studio", "https://studio.example"), .submit(try #require(EventType("RENDER"))), under: policy)
        #expect(rule == Gate.Permission(rule: "policies/p.yaml:2"))
    }

    @Test func aRuleThatAsksSaysHowLong() throws {
        let permission = try gate.check(try identity("admin"), .submit(try #require(EventType("PUBLISH"))), under: policy)
        #expect(permission == Gate.Permission(rule: "policies/p.yaml:4", asks: .seconds(60)))
    }

    /// Not even the client that sent it, nor one that sees it.
    @Test(
        arguments: [
            (client: "studio", owner: "studio", code: .forbidden), ("admin", "studio", .forbidden), ("studio", "other", .notFound),
            ("local", "studio", nil), ("local", "local", nil),
        ] as [(client: String, owner: String, code: ProblemCode?)])
    func onlyThePersonAtTheDeskDecides(client: String, owner: String, code: ProblemCode?) throws {
        let owner = try #require(ClientName(owner))
        #expect(self.code(try identity(client), .decide(owner: owner)) == code)
    }

    @Test func theConsoleIsAtTheDeskAndATokenOfTheSameNameIsNot() throws {
        let owner = try #require(ClientName("studio"))
        #expect(code(Identity(client: .console, token: "t", isDesk: true), .decide(owner: owner)) == nil)
        #expect(code(Identity(client: .local, token: "t"), .decide(owner: owner)) != nil)
        #expect(code(Identity(client: .console, token: "t"), .decide(owner: owner)) != nil)
    }

    @Test func aRateIsCountedForEachClientAndRule() throws {
        let type = try #require(EventType("RENDER"))
        let studio = try identity("studio", "https://studio.example")
        for _ in 0..<3 { try gate.check(studio, .submit(type), under: policy) }
        do throws(Problem) {
            try gate.check(studio, .submit(type), under: policy)
            Issue.record("the fourth passed")
        } catch {
            #expect(error.code == .rateLimited)
            #expect(error.retryAfter == .seconds(10))
            #expect(!error.detail.contains("yaml"))
        }
        #expect(code(try identity("admin"), .submit(type)) == nil)
        time.pass(.seconds(10))
        #expect(code(studio, .submit(type)) == nil)
    }

    @Test(arguments: [
        (viewer: "studio", owner: "studio", sees: true), ("studio", "other", false), ("admin", "studio", true), ("local", "studio", true),
        ("studio", "admin", false),
    ])
    func eventsAreSeenByTheirOwnersAndThoseTheyAreShownTo(viewer: String, owner: String, sees: Bool) throws {
        let owner = try #require(ClientName(owner))
        #expect(code(try identity(viewer), .see(owner: owner)) == (sees ? nil : .notFound))
    }

    @Test(arguments: [
        (client: "studio", owner: "studio", may: true), ("studio", "other", false), ("admin", "studio", false), ("local", "studio", true),
    ])
    func eventsAreManagedByTheirOwnersAndAtTheDesk(client: String, owner: String, may: Bool) throws {
        let owner = try #require(ClientName(owner))
        #expect(code(try identity(client), .manage(owner: owner)) == (may ? nil : .notFound))
    }

    @Test(
        arguments: [
            ("studio", "studio", .forbidden), ("studio", "other", .notFound), ("admin", "studio", .forbidden), ("local", "studio", nil),
            ("local", "local", nil),
        ] as [(String, String, ProblemCode?)])
    func whatBecameOfAnUnknownEventIsSaidAtTheDeskOnly(client: String, owner: String, code: ProblemCode?) throws {
        let owner = try #require(ClientName(owner))
        #expect(self.code(try identity(client), .settle(owner: owner)) == code)
        #expect(gate.allows(Identity(client: .console, token: "t", isDesk: true), .settle(owner: owner), under: policy))
    }

    /// Who may do what that is not about one event.
    @Test(
        arguments: [
            (.plan, true, true), (.listActions, true, true), (.watch, true, true), (.readStatus, true, true), (.readMetrics, true, true),
            (.takeTicket, true, true), (.seeAll, false, true), (.readDetails, false, true), (.administer, false, true),
            (.readPolicies, false, true), (.openConsole, false, false), (.closeConsole, false, true),
        ] as [(Gate.Verb, client: Bool, console: Bool)])
    func whatIsForTheDeskIsRefusedToClients(verb: Gate.Verb, client: Bool, console: Bool) throws {
        #expect(gate.allows(try identity("admin"), verb, under: policy) == client)
        #expect(gate.allows(Identity(client: .console, token: "t", isDesk: true), verb, under: policy) == console)
        // A token of that name is not the owner of the machine.
        #expect(gate.allows(Identity(client: .local, token: "t"), verb, under: policy) == client)
    }

    @Test(arguments: [("studio", "studio", true), ("admin", "studio", false), ("local", "studio", false), ("local", "local", true)])
    func eachClientAcknowledgesItsOwnConfirmations(client: String, owner: String, may: Bool) throws {
        let owner = try #require(ClientName(owner))
        #expect(gate.allows(try identity(client), .acknowledge(owner: owner), under: policy) == may)
    }

    @Test(
        arguments: [
            ("studio", "https://studio.example", "RENDER", "policies"), ("studio", nil, "RENDER", nil),
            ("other", nil, "PUBLISH", "policies"),
            ("other", nil, "DELETE_ALL", nil), ("local", nil, "DELETE_ALL", "desk"),
        ] as [(String, String?, String, String?)])
    func aClientIsToldOfWhatItMayEverCause(client: String, origin: String?, type: String, rule: String?) throws {
        let decision = gate.decide(try identity(client, origin), .learn(try #require(EventType(type))), under: policy)
        #expect((decision.isAllowed ? decision.rule : nil) == rule)
    }

    @Test(
        arguments: [
            ("studio", "studio", "own"), ("admin", "studio", "visibility"), ("local", "studio", "desk"), ("studio", "other", "default"),
        ])
    func aDecisionNamesItsRule(client: String, owner: String, rule: String) throws {
        let owner = try #require(ClientName(owner))
        #expect(gate.decide(try identity(client), .see(owner: owner), under: policy).rule == rule)
    }

    @Test func anAnswerThatTheGateWasNotAskedAboutIsWithheld() async throws {
        let asked = await GateWitness.watching([.plan, .see]) { gate.allows(.local, .plan, under: policy) }
        #expect(asked == true)
        let forgotten = await GateWitness.watching([.see]) { gate.allows(.local, .plan, under: policy) }
        #expect(forgotten == nil)
        let silent = await GateWitness.watching([.see]) { true }
        #expect(silent == nil)
    }

    @Test func tokensAreManagedAtTheDeskOnly() throws {
        #expect(code(.local, .administer) == nil)
        #expect(code(try identity("admin"), .administer) == .forbidden)
    }
}

extension Gate.Verb {
    /// Causes an event whose payload says nothing.
    static func submit(_ type: EventType) -> Gate.Verb { .submit(type, payload: [:], at: Timestamp(milliseconds: 0)) }
}
