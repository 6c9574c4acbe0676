import DeskbridgeCore
import Testing

private let noType = "is no event type: it has capital letters, digits and _, a letter first, at most 64 of them."
private let noName = "is no name of letters, digits and _ . : @ + -, with * at its beginning or end for any others"

struct PolicyTests {
    private static let file = """
        rules:
          - {allow: [CREATE_RESOURCE], clients: [dashboard], origins: ["https://studio.example"], rate: 60/10s}
          - {deny: [DELETE_SHOW], clients: ["*"]}
          - {ask: [DELETE_*], clients: ["*"], timeout: 90s, rate: 5/1m}
          - {allow: ["*_REPORT"], clients: [report-*, wall], origins: [none, "http://localhost:3000"]}
          - {allow: ["*"], clients: [local]}
          - {ask: ["*_TEMP_*"], clients: [wall]}
        """

    private func policy(_ text: String = Self.file) throws -> Policy {
        try PolicyFile.parse(try yamlNode(text, file: "policies/default.yaml"), home: "/home/me").policy
    }

    @Test(
        arguments: [
            ("CREATE_RESOURCE", "dashboard", "https://studio.example", "allow", 2),
            ("CREATE_RESOURCE", "dashboard", "https://studio.example:443", "deny", nil),
            ("CREATE_RESOURCE", "dashboard", "https://STUDIO.example", "deny", nil),
            ("CREATE_RESOURCE", "dashboard", "http://studio.example", "deny", nil),
            ("CREATE_RESOURCE", "dashboard", "https://studio.example.evil.example", "deny", nil),
            ("CREATE_RESOURCE", "dashboard", "null", "deny", nil),
            ("CREATE_RESOURCE", "dashboard", "none", "deny", nil),
            ("CREATE_RESOURCE", "dashboard", "", "deny", nil),
            ("CREATE_RESOURCE", "dashboard", nil, "deny", nil),
            ("CREATE_RESOURCE", "Dashboard", "https://studio.example", "deny", nil),
            ("CREATE_RESOURCE", "dashboard2", "https://studio.example", "deny", nil),
            ("CREATE_RESOURCES", "dashboard", "https://studio.example", "deny", nil),
            ("create_resource", "dashboard", "https://studio.example", "deny", nil),
            ("DELETE_SHOW", "dashboard", nil, "deny", 3),
            ("DELETE_SHOW", "local", nil, "deny", 3),
            ("DELETE_SHOT", "anyone", "https://a.example", "ask", 4),
            ("DELETE_", "anyone", nil, "ask", 4),
            ("DELETE", "anyone", nil, "deny", nil),
            ("MAKE_REPORT", "report-7", nil, "allow", 5),
            ("MAKE_REPORT", "report-", "http://localhost:3000", "allow", 5),
            ("MAKE_REPORT", "report", nil, "deny", nil),
            ("MAKE_REPORT", "wall", "http://localhost:3001", "deny", nil),
            ("REPORT", "wall", nil, "deny", nil),
            ("CREATE_RESOURCE", "local", nil, "allow", 6),
            ("A_TEMP_B", "wall", nil, "ask", 7),
            ("_TEMP_", "wall", nil, "ask", 7),
            ("A_TEMP", "wall", nil, "deny", nil),
        ] as [(String, String, String?, String, Int?)])
    func theFirstRuleThatMatchesDecidesAndNoMatchDenies(
        type: String, client: String, origin: String?, effect: String, line: Int?
    ) throws {
        let decision = try policy().decide(PolicyRequest(type: type, client: client, origin: origin))
        #expect(decision.effect.name == effect)
        #expect(decision.rule?.description == line.map { "policies/default.yaml:\($0)" })
    }

    @Test func aDecisionCarriesRateTimeoutPlaceAndReason() throws {
        let policy = try policy()
        let allowed = policy.decide(PolicyRequest(type: "CREATE_RESOURCE", client: "dashboard", origin: "https://studio.example"))
        #expect(allowed.effect == .allow)
        #expect(allowed.rate == Rate(count: 60, window: .seconds(10)))
        #expect(allowed.rule?.location == SourceLocation(file: "policies/default.yaml", line: 2, column: 5))
        #expect(allowed.reason == "client \"dashboard\" may cause CREATE_RESOURCE")

        let asked = policy.decide(PolicyRequest(type: "DELETE_SHOT", client: "dashboard", origin: nil))
        #expect(asked.effect == .ask(timeout: .seconds(90)))
        #expect(asked.rate == Rate(count: 5, window: .seconds(60)))
        #expect(asked.reason == "the person at the desk decides whether client \"dashboard\" may cause DELETE_SHOT")
        #expect(policy.decide(PolicyRequest(type: "_TEMP_", client: "wall", origin: nil)).effect == .ask(timeout: .seconds(60)))

        let denied = policy.decide(PolicyRequest(type: "DELETE_SHOW", client: "dashboard", origin: nil))
        #expect(denied.effect == .deny)
        #expect(denied.rate == nil)
        #expect(denied.reason == "client \"dashboard\" may not cause DELETE_SHOW")

        let unmatched = policy.decide(PolicyRequest(type: "X", client: "dashboard", origin: "https://a.example"))
        #expect(unmatched.rule == nil)
        #expect(unmatched.reason == "no policy rule lets client \"dashboard\" cause X from https://a.example")
        #expect(
            Policy().decide(PolicyRequest(type: "X", client: "local", origin: nil)).reason
                == "no policy rule lets client \"local\" cause X from outside a web page")
    }

    @Test func anExplanationNamesEachRuleLookedAtAndWhyItDidNotMatch() throws {
        let policy = try policy()
        let request = PolicyRequest(type: "CREATE_RESOURCE", client: "dashboard", origin: "https://other.example")
        let explanation = policy.explain(request)
        #expect(explanation.decision == policy.decide(request))
        #expect(
            explanation.looks.map { "\($0.rule) \($0.effect.name): \($0.mismatch?.description ?? "matches")" } == [
                "policies/default.yaml:2 allow: it is for origins https://studio.example",
                "policies/default.yaml:3 deny: it is for events of type DELETE_SHOW",
                "policies/default.yaml:4 ask: it is for events of type DELETE_*",
                "policies/default.yaml:5 allow: it is for events of type *_REPORT",
                "policies/default.yaml:6 allow: it is for clients local",
                "policies/default.yaml:7 ask: it is for events of type *_TEMP_*",
            ])

        let report = policy.explain(PolicyRequest(type: "X_REPORT", client: "wall", origin: "https://a.example"))
        #expect(report.looks[3].mismatch?.description == "it is for origins none, http://localhost:3000")

        let first = policy.explain(PolicyRequest(type: "CREATE_RESOURCE", client: "dashboard", origin: "https://studio.example"))
        #expect(first.looks.map(\.mismatch) == [nil])
        #expect(first.decision.effect == .allow)
    }

    @Test(arguments: [
        ("wall", "wall", true),
        ("wall", "dashboard", true),
        ("wall", "report-1", true),
        ("wall", "phone", false),
        ("dashboard", "wall", false),
        ("audit-1", "phone", true),
        ("audit-1", "local", true),
        ("local", "phone", true),
        ("phone", "local", false),
        ("Local", "phone", false),
    ])
    func aClientSeesItsOwnEventsAndThoseItIsShown(viewer: String, owner: String, canSee: Bool) throws {
        let policy = try policy(
            """
            visibility:
              - {client: wall, sees: [dashboard, report-*]}
              - {client: audit-*, sees: ["*"]}
            """)
        #expect(policy.canSee(viewer: viewer, owner: owner) == canSee)
    }

    @Test(arguments: ["rules:\nvisibility:\ngrants:\n", "{}", "rules: []\nvisibility: []\ngrants: {executables: , folders: []}"])
    func whatIsLeftEmptySaysNothing(text: String) throws {
        let file = try PolicyFile.parse(try yamlNode(text), home: "/h")
        #expect(file.policy == Policy())
        #expect(file.grants == .none)
    }

    @Test(arguments: [
        ("- allow", "1:3: the rule must be a mapping, not a string"),
        ("-\n- {allow: [A], clients: [a]}", "1:2: the rule must be a mapping, not nothing"),
        ("- {clients: [a]}", "1:3: the rule needs exactly one of the keys allow, ask and deny, with a list of event types"),
        (
            "- {allow: [A], deny: [B], clients: [a]}",
            "1:3: the rule needs exactly one of the keys allow, ask and deny, with a list of event types"
        ),
        ("- {allow: A, clients: [a]}", "1:11: allow must be a list, not a string"),
        ("- {allow: [], clients: [a]}", "1:11: allow is empty: name them, or write [\"*\"] for all"),
        ("- {allow: [A]}", "1:3: the rule needs the key \"clients\": name them, or write [\"*\"] for all"),
        ("- {allow: [A], clients: []}", "1:25: clients is empty: name them, or write [\"*\"] for all"),
        ("- {allow: [A], clients: [a], origins: []}", "1:39: origins is empty: leave the key out for any origin"),
        ("- {allow: [A], clients: [a], origins: null}", "1:39: origins is empty: leave the key out for any origin"),
        ("- {allow: [A*B], clients: [a]}", "1:12: \"A*B\" has a * in its middle: it may stand at the beginning and at the end only"),
        (
            "- {allow: [\"**\"], clients: [a]}",
            "1:12: \"**\" \(noType)"
        ),
        (
            "- {allow: [\"\"], clients: [a]}",
            "1:12: \"\" \(noType)"
        ),
        (
            "- {allow: [A B], clients: [a]}",
            "1:12: \"A B\" \(noType) Did you mean A_B?"
        ),
        ("- {deny: [fail], clients: [a]}", "1:11: \"fail\" \(noType) Did you mean FAIL?"),
        ("- {allow: [SAVE-NOTE], clients: [a]}", "1:12: \"SAVE-NOTE\" \(noType) Did you mean SAVE_NOTE?"),
        ("- {ask: [_X], clients: [a]}", "1:10: \"_X\" \(noType) Did you mean X?"),
        ("- {deny: [delete_*], clients: [a]}", "1:11: \"delete_*\" \(noType) Did you mean DELETE_*?"),
        ("- {deny: [\"*_x\"], clients: [a]}", "1:11: \"*_x\" \(noType) Did you mean *_X?"),
        ("- {deny: [7UP], clients: [a]}", "1:11: \"7UP\" \(noType)"),
        ("- {deny: [A.B], clients: [a]}", "1:11: \"A.B\" \(noType)"),
        (
            "- {allow: [A], clients: [a/b]}",
            "1:26: \"a/b\" \(noName)"
        ),
        (
            "- {allow: [A], clients: [a], origins: [https://a.example/]}",
            "1:40: \"https://a.example/\" is not how browsers spell this origin: write \"https://a.example\""
        ),
        ("- {allow: [A], clients: [a], timeout: 5s}", "1:3: timeout is for ask: this rule waits for nobody"),
        ("- {deny: [A], clients: [a], timeout: 5s}", "1:3: timeout is for ask: this rule waits for nobody"),
        ("- {deny: [A], clients: [a], rate: 1/1s}", "1:3: rate is for allow and ask: deny lets nothing through"),
        ("- {ask: [A], clients: [a], timeout: 500ms}", "1:37: timeout must be from 1s to 1d, not \"500ms\""),
        ("- {ask: [A], clients: [a], timeout: 60}", "1:37: timeout must be a duration such as 250ms, 30s, 5m, 12h or 30d, not 60"),
        ("- {allow: [A], clients: [a], rate: 60}", "1:36: rate must be a rate such as 60/10s, not 60"),
        ("- {allow: [A], clients: [a], rate: 0/10s}", "1:36: rate must be a rate such as 60/10s, not \"0/10s\""),
        (
            "- {allow: [A], client: [a], clients: [a]}",
            "1:16: the rule has no key \"client\". Did you mean \"clients\"? "
                + "Its keys are allow, ask, deny, clients, origins, payload, hours, days, rate, timeout, remember."
        ),
    ])
    func aRuleThatCannotBeMeantIsRefusedWithItsPlace(rule: String, mistake: String) {
        let mistake = "policies/a.yaml:2:" + mistake.dropFirst(2)
        #expect(mistakes { try PolicyFile.parse(try yamlNode("rules:\n\(rule)", file: "policies/a.yaml"), home: "/h") } == [mistake])
    }

    @Test func allMistakesOfAllFilesAreToldInOrder() throws {
        let nodes = [
            try yamlNode(
                """
                rule: []
                visibility:
                  - {client: wall}
                  - {sees: [a]}
                  - wall
                  - {client: a/b, sees: [a/b], all: true}
                grants: {folders: [x], executables: [y, /z/]}
                rules:
                  - {allow: [a b], clients: [c d], rate: fast}
                """, file: "a.yaml"),
            try yamlNode("rules: no", file: "b.yaml"),
            try yamlNode("- rules", file: "c.yaml"),
            try yamlNode("rules: []", file: "d.yaml"),
        ]
        #expect(
            mistakes { try PolicySet.parse(nodes, home: "/h") } == [
                "a.yaml:1:1: a policy file has no key \"rule\". Did you mean \"rules\"? Its keys are rules, visibility, grants.",
                "a.yaml:3:5: the entry of visibility needs the key \"sees\": name them, or write [\"*\"] for all",
                "a.yaml:4:5: the entry of visibility needs the key \"client\"",
                "a.yaml:5:5: the entry of visibility must be a mapping, not a string",
                "a.yaml:6:14: \"a/b\" \(noName)",
                "a.yaml:6:26: \"a/b\" \(noName)",
                "a.yaml:6:32: the entry of visibility has no key \"all\". Its keys are client, sees.",
                "a.yaml:7:20: \"x\" must be an absolute path, one that starts with /",
                "a.yaml:7:38: \"y\" must be an absolute path, one that starts with /",
                "a.yaml:7:41: \"/z/\" must be the exact path of an executable: write \"/z\"",
                "a.yaml:9:14: \"a b\" \(noType) Did you mean A_B?",
                "a.yaml:9:30: \"c d\" \(noName)",
                "a.yaml:9:42: rate must be a rate such as 60/10s, not \"fast\"",
                "b.yaml:1:8: rules must be a list, not a string",
                "c.yaml:1:1: a policy file must be a mapping, not a list",
            ])
    }

    @Test(arguments: ["*", "A", "RENDER_*", "*_REPORT", "*_TEMP_*", "*7", "*E*", "A1_*"]) func whatATypeMayBeginAndEndWithIsAPattern(
        type: String
    ) throws {
        #expect(try EventType.pattern(type).description == type)
        let longest = String(repeating: "A", count: 64)
        for text in [longest, "\(longest)*", "*\(longest)"] { #expect(throws: Never.self) { try EventType.pattern(text) } }
        for text in ["\(longest)A", "*_\(longest)"] { #expect(throws: Flaw.self) { try EventType.pattern(text) } }
    }

    @Test(
        arguments: [
            ("- {allow: [A], clients: [page]}", true), ("- {ask: [A], clients: [\"p*\"]}", true), ("- {deny: [A], clients: [page]}", false),
            ("- {allow: [A], clients: [other]}", false),
            ("- {allow: [A], clients: [\"*\"], origins: [\"https://a.example\", none]}", true),
            ("- {allow: [A], clients: [page], origins: [none]}", false),
            ("- {deny: [\"*\"], clients: [page]}\n- {allow: [A], clients: [\"*\"]}", false),
            ("- {deny: [B], clients: [page]}\n- {allow: [B, A], clients: [page]}", true),
            ("- {deny: [A], clients: [page], days: [sun]}\n- {allow: [A], clients: [page]}", true),
            ("- {deny: [\"*\"], clients: [page], origins: [none]}\n- {allow: [A], clients: [page]}", true),
        ] as [(String, Bool)])
    func itIsKnownWhetherAClientMayCauseAnythingAtAll(rules: String, may: Bool) throws {
        let policy = try policy("rules:\n\(rules)")
        #expect(policy.mayCauseAnything(client: "page", origins: ["https://b.example", "https://a.example"]) == may)
    }

    @Test func rulesOfSeveralFilesStandInTheOrderOfTheirNames() throws {
        let late = try yamlNode("rules: [{allow: [A], clients: [a]}]", file: "policies/90-late.yaml")
        let early = try yamlNode("rules: [{deny: [A], clients: [a]}]", file: "policies/10-early.yaml")
        let set = try PolicySet.parse([late, early], home: "/h")
        let decision = set.policy.decide(PolicyRequest(type: "A", client: "a", origin: nil))
        #expect(decision.effect == .deny)
        #expect(decision.rule?.description == "policies/10-early.yaml:1")
        #expect(PolicySet.empty.policy.decide(PolicyRequest(type: "A", client: "a", origin: nil)).effect == .deny)
    }
}
