import Testing

@testable import DeskbridgeCore

/// Answers that decide in place of a question: for just the rule, client and page that they were given for.
@Suite struct RememberedAnswerTests {
    private static let rule = "{ask: [CREATE_*, PUBLISH], clients: [studio, other], remember: 30d, rate: 5/1m}"
    private static let origin = "https://studio.example"

    private func answer(
        _ scope: AnswerScope, _ isApproved: Bool = true, number: Int64 = 7, expiresAt: Timestamp? = nil
    ) throws -> RememberedAnswer {
        RememberedAnswer(
            number: number, scope: scope, isApproved: isApproved, answeredAt: Timestamp(milliseconds: 1000), expiresAt: expiresAt,
            place: .notification, reason: nil, event: try #require(EventID("01936d2e-7c1a-7b5e-9d3f-0a1b2c3d4e5f")),
            type: try #require(EventType("CREATE_A")), askedBy: "policies/p.yaml:9")
    }

    private func digest(_ rule: String) throws -> String { try #require(try policy(rules: rule).rules[0].memory?.rule) }

    private func request(_ type: String = "CREATE_A", _ client: String = "studio", _ origin: String? = origin) -> PolicyRequest {
        PolicyRequest(type: type, client: client, origin: origin)
    }

    @Test(arguments: [true, false]) func anAnswerDecidesInPlaceOfTheQuestion(isApproved: Bool) throws {
        let policy = try policy(rules: "{deny: [DELETE_*], clients: [\"*\"]}", Self.rule)
        let asked = policy.decide(request())
        #expect(asked.effect == .ask(timeout: .seconds(60)) && asked.answer == nil && asked.source == "policies/p.yaml:3")
        let terms = try #require(asked.remembers)
        #expect(terms.lifetime == .seconds(30 * 86_400))
        #expect(terms.scope == AnswerScope(rule: try digest(Self.rule), client: "studio", origin: Self.origin))

        let book = AnswerBook([try answer(terms.scope, isApproved)])
        for type in ["CREATE_A", "CREATE_B", "PUBLISH"] {
            let decided = policy.decide(request(type)) { book.answer(for: $0, at: Timestamp(milliseconds: 2000)) }
            #expect(decided.effect == (isApproved ? .allow : .deny))
            #expect(decided.answer?.number == 7 && decided.remembers == nil && decided.source == "policies/p.yaml:3, answer 7")
            #expect(decided.rate == (isApproved ? Rate(count: 5, window: .seconds(60)) : nil))
            #expect(decided.reason.contains("client \"studio\" from https://studio.example") && decided.reason.contains("(answer 7)"))
            if !isApproved { #expect(decided.reason.contains("deskbridge policy forget 7")) }
        }
        // Rules before it still decide first.
        #expect(policy.decide(request("DELETE_A")) { book.answer(for: $0, at: Timestamp(milliseconds: 2000)) }.answer == nil)
        let explained = policy.explain(request()) { book.answer(for: $0, at: Timestamp(milliseconds: 2000)) }
        #expect(explained.decision.answer?.number == 7 && explained.looks.count == 2)
    }

    /// What looks like the page that was allowed, and is another one.
    @Test(
        arguments: [
            nil, "none", "null", "", "http://studio.example", "https://studio.example:443", "https://studio.example:8443",
            "https://studio.example/", "https://studio.example.", "https://Studio.example", "HTTPS://studio.example",
            "https://sub.studio.example", "https://studio.example.evil.example", "https://evil.example", "https://studio.examplе",
            "https://user@studio.example", " https://studio.example", "https://studio.example ", "https://studio.example\u{0}",
            "https://studio.example, https://evil.example", "https://xn--studio-example", "https://ſtudio.example", "https://[::1]",
        ] as [String?])
    func anotherOriginIsAnotherScope(origin: String?) throws {
        let policy = try policy(rules: Self.rule)
        let book = AnswerBook([try answer(AnswerScope(rule: try digest(Self.rule), client: "studio", origin: Self.origin))])
        let decided = policy.decide(request("PUBLISH", "studio", origin)) { book.answer(for: $0, at: Timestamp(milliseconds: 2000)) }
        #expect(decided.effect == .ask(timeout: .seconds(60)) && decided.answer == nil)
        #expect(decided.remembers?.scope.origin == origin)
    }

    /// Swift calls texts equal that Unicode calls canonically equivalent; a scope must not.
    @Test(arguments: [
        ("https://a\u{212A}.example", "https://aK.example"), ("https://e\u{301}.example", "https://é.example"), ("a\u{37E}", "a;"),
    ])
    func scopesAreComparedByTheirBytes(one: String, other: String) throws {
        #expect(one == other)
        let left = AnswerScope(rule: "r", client: "studio", origin: one)
        #expect(left != AnswerScope(rule: "r", client: "studio", origin: other))
        #expect(AnswerScope(rule: "r", client: one, origin: nil) != AnswerScope(rule: "r", client: other, origin: nil))
        #expect(AnswerBook([try answer(left)]).answer(for: left, at: Timestamp(milliseconds: 0)) != nil)
    }

    @Test func anotherClientIsAskedAboutAndSoIsWhatComesFromOutsideAPage() throws {
        let policy = try policy(rules: Self.rule)
        let digest = try digest(Self.rule)
        let book = AnswerBook([
            try answer(AnswerScope(rule: digest, client: "studio", origin: Self.origin)),
            try answer(AnswerScope(rule: digest, client: "other", origin: nil), false, number: 8),
        ])
        func effect(_ client: String, _ origin: String?) -> String {
            policy.decide(request("PUBLISH", client, origin)) { book.answer(for: $0, at: Timestamp(milliseconds: 2000)) }.effect.name
        }
        #expect(effect("studio", Self.origin) == "allow" && effect("studio", nil) == "ask")
        #expect(effect("other", nil) == "deny" && effect("other", Self.origin) == "ask")
    }

    @Test(arguments: [
        "{clients: [studio, other], remember: 30d, ask: [CREATE_*, PUBLISH], rate: 5/1m}",
        "{ask: [ CREATE_* , \"PUBLISH\" ], clients: ['studio', other], \"remember\": 30d, rate: 5/1m}",
    ])
    func howARuleIsSpelledIsNotWhatItSays(rule: String) throws {
        #expect(try digest(rule) == digest(Self.rule))
        let moved = try policy(rules: "{deny: [X], clients: [\"*\"]}", rule)
        #expect(moved.rule(remembering: try digest(Self.rule))?.id.description == "policies/p.yaml:3")
    }

    @Test(arguments: [
        "{ask: [CREATE_*], clients: [studio, other], remember: 30d, rate: 5/1m}",
        "{ask: [CREATE_*, PUBLISH, DELETE_A], clients: [studio, other], remember: 30d, rate: 5/1m}",
        "{ask: [CREATE_*, PUBLISH], clients: [\"*\"], remember: 30d, rate: 5/1m}",
        "{ask: [CREATE_*, PUBLISH], clients: [studio, other], remember: 90d, rate: 5/1m}",
        "{ask: [CREATE_*, PUBLISH], clients: [studio, other], remember: always, rate: 5/1m}",
        "{ask: [CREATE_*, PUBLISH], clients: [studio, other], remember: 30d, rate: 50/1m}",
        "{ask: [CREATE_*, PUBLISH], clients: [studio, other], remember: 30d, rate: 5/1m, origins: [\"https://studio.example\"]}",
        "{ask: [CREATE_*, PUBLISH], clients: [studio, other], remember: 30d, rate: 5/1m, payload: {name: {const: a}}}",
        "{ask: [CREATE_*, PUBLISH], clients: [studio, other], remember: 30d, rate: 5/1m, days: [mon]}",
        "{ask: [CREATE_*, PUBLISH], clients: [studio, other], remember: 30d, rate: 5/1m, timeout: 5m}",
    ])
    func aRuleThatSaysSomethingElseKnowsNothing(rule: String) throws {
        #expect(try digest(rule) != digest(Self.rule))
        #expect(try policy(rules: rule).rule(remembering: try digest(Self.rule)) == nil)
    }

    @Test(
        arguments: [
            ("always", nil), ("30d", .seconds(30 * 86_400)), ("1m", .seconds(60)), ("12h", .seconds(43_200)),
            ("3650d", .seconds(3650 * 86_400)),
        ] as [(String, Duration?)])
    func aRuleSaysHowLongAnswersCount(text: String, lifetime: Duration?) throws {
        let rule = try policy(rules: "{ask: [A], clients: [a], remember: \(text)}").rules[0]
        let memory = try #require(rule.memory)
        #expect(memory.lifetime == lifetime)
        #expect(rule.terms(client: "a", origin: nil)?.json["for"] == .string(text))
    }

    @Test(arguments: [
        ("{ask: [A], clients: [a], remember: yes}", "2:40: remember must be a duration such as 30d, or always"),
        ("{ask: [A], clients: [a], remember: true}", "2:40: remember must be a duration such as 30d, or always"),
        ("{ask: [A], clients: [a], remember: 30}", "2:40: remember must be a duration such as 30d, or always"),
        ("{ask: [A], clients: [a], remember: }", "2:40: remember must be a duration such as 30d, or always"),
        ("{ask: [A], clients: [a], remember: [origin]}", "2:40: remember must be a duration such as 30d, or always"),
        ("{ask: [A], clients: [a], remember: forever}", "2:40: remember must be a duration such as 30d, or always, not \"forever\""),
        ("{ask: [A], clients: [a], remember: Always}", "2:40: remember must be a duration such as 30d, or always, not \"Always\""),
        ("{ask: [A], clients: [a], remember: 59s}", "2:40: remember must be from 1m to 3650d, not \"59s\""),
        ("{ask: [A], clients: [a], remember: 4000d}", "2:40: remember must be from 1m to 3650d, not \"4000d\""),
        ("{allow: [A], clients: [a], remember: 30d}", "2:5: remember is for ask: this rule asks nobody"),
        ("{deny: [A], clients: [a], remember: always}", "2:5: remember is for ask: this rule asks nobody"),
        ("{ask: [A], clients: [a], remeber: 30d}", "2:30: the rule has no key \"remeber\". Did you mean \"remember\"?"),
    ])
    func whatCannotBeMeantIsRefused(rule: String, message: String) {
        let errors = #expect(throws: DefinitionErrors.self) { try policy(rules: rule) }
        #expect(errors?.errors.first?.description.hasPrefix("policies/p.yaml:" + message) == true, "\(errors?.errors ?? [])")
    }

    @Test func aRuleWithoutMemoryAsksEachTime() throws {
        let policy = try policy(rules: "{ask: [A], clients: [a]}")
        let decided = policy.decide(PolicyRequest(type: "A", client: "a", origin: nil)) { _ in
            Issue.record("it was asked for an answer")
            return nil
        }
        #expect(decided.remembers == nil && decided.effect.name == "ask")
    }

    @Test func aBookHoldsTheNewestOfEachScopeUntilItExpires() throws {
        let scope = AnswerScope(rule: "r", client: "a", origin: Self.origin)
        let end = Timestamp(milliseconds: 5000)
        var book = AnswerBook([try answer(scope, number: 2, expiresAt: end), try answer(scope, false, number: 1)])
        #expect(book.answer(for: scope, at: Timestamp(milliseconds: 4999))?.number == 2)
        #expect(book.answer(for: scope, at: end) == nil)
        book.put(try answer(scope, false, number: 3))
        #expect(book.all.map(\.number) == [3])
        book.remove(2)
        #expect(book.answer(for: scope, at: end)?.isApproved == false)
        book.remove(3)
        #expect(book.all.isEmpty)
    }

    @Test(arguments: [Self.origin, nil]) func anAnswerComesBackOutOfItsJSON(origin: String?) throws {
        for expiresAt in [nil, Timestamp(milliseconds: 9000)] {
            let answer = try answer(AnswerScope(rule: "ab12", client: "studio", origin: origin), false, expiresAt: expiresAt)
            #expect(try RememberedAnswer(json: JSONParser.parse(answer.json.text)) == answer)
        }
        #expect(throws: Flaw.self) { try RememberedAnswer(json: ["number": 7]) }
        #expect(throws: Flaw.self) { try RememberedAnswer(json: .null) }
    }
}
