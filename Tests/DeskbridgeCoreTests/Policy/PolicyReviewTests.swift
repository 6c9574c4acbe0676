import Testing

@testable import DeskbridgeCore

struct PolicyReviewTests {
    private func review(_ rules: [String]) throws -> PolicyReview {
        PolicyReview(
            try PolicyFile.parse(yamlNode("rules:\n" + rules.map { "  - \($0)\n" }.joined(), file: "policies/p.yaml"), home: "/h").policy)
    }

    @Test(
        arguments: [
            // The line of each rule that never matches: the first rule stands on line 2.
            (["{allow: [A], clients: [a]}", "{deny: [A], clients: [a]}"], [3]),
            (["{allow: [\"*\"], clients: [\"*\"]}", "{deny: [A], clients: [a], origins: [none], payload: {n: {const: 1}}}"], [3]),
            (["{allow: [A], clients: [a]}", "{deny: [A], clients: [b]}"], []),
            (["{allow: [A], clients: [a]}", "{deny: [A, B], clients: [a]}"], []),
            (["{allow: [A], clients: [a]}", "{allow: [B], clients: [a]}", "{deny: [A, B], clients: [a]}"], [4]),
            (["{allow: [A_*], clients: [a]}", "{deny: [A_B, A_C_*], clients: [a]}"], [3]),
            (["{allow: [A_*], clients: [a]}", "{deny: [\"A*\"], clients: [a]}"], []),
            (["{allow: [\"*_B\"], clients: [a]}", "{deny: [\"*_A_B\", X_B], clients: [a]}"], [3]),
            (["{allow: [\"*_B\"], clients: [a]}", "{deny: [\"*_B*\"], clients: [a]}"], []),
            (["{allow: [\"*_B_*\"], clients: [a]}", "{deny: [\"X_B_*\", \"*_B_Y\", \"*_B_C*\"], clients: [a]}"], [3]),
            (["{allow: [A], clients: [a*]}", "{deny: [A], clients: [ab, a]}"], [3]),
            (["{allow: [A], clients: [a], origins: [none]}", "{deny: [A], clients: [a]}"], []),
            (["{allow: [A], clients: [a], origins: [none, \"https://a.example\"]}", "{deny: [A], clients: [a], origins: [none]}"], [3]),
            (["{allow: [A], clients: [a], payload: {n: {const: 1}}}", "{deny: [A], clients: [a]}"], []),
            (
                [
                    "{allow: [A], clients: [a], payload: {n: {const: 1}}}",
                    "{deny: [A], clients: [a], payload: {n: {const: 1}, m: {const: 2}}}",
                ],
                [3]
            ),
            (["{allow: [A], clients: [a], payload: {n: {const: 1}}}", "{deny: [A], clients: [a], payload: {n: {const: 2}}}"], []),
            (["{allow: [A], clients: [a], days: [mon-fri]}", "{deny: [A], clients: [a], days: [tue], hours: \"09:00-10:00\"}"], [3]),
            (["{allow: [A], clients: [a], days: [mon]}", "{deny: [A], clients: [a], days: [mon], hours: \"22:00-02:00\"}"], []),
            (["{allow: [A], clients: [a], rate: 1/10s}", "{deny: [A], clients: [a]}"], [3]),
        ] as [([String], [Int])])
    func aRuleThatEarlierOnesLeaveNothingToIsFound(rules: [String], lines: [Int]) throws {
        let found = try review(rules).shadowed()
        #expect(found.map(\.location.line) == lines)
        #expect(found.allSatisfy { $0.level == .warning && $0.kind == .shadowedRule })
    }

    @Test func aShadowedRuleNamesThoseThatDecideBeforeIt() throws {
        let found = try review(["{allow: [A], clients: [a]}", "{allow: [B], clients: [a]}", "{deny: [A, B], clients: [a]}"]).shadowed()
        #expect(
            found.map(\.description) == [
                "policies/p.yaml:4:5: warning: this rule never matches: policies/p.yaml:2 and policies/p.yaml:3 decide all it is about before it"
            ])
    }

    @Test(
        arguments: [
            (["{allow: [A], clients: [a]}"], true), (["{ask: [\"*\"], clients: [a]}"], true), (["{deny: [A], clients: [a]}"], false),
            (["{allow: [B], clients: [a]}"], false), ([], false),
            (["{deny: [A], clients: [\"*\"]}", "{allow: [\"*\"], clients: [a]}"], false),
            (["{deny: [A], clients: [b]}", "{allow: [\"*\"], clients: [a, b]}"], true),
            (["{deny: [A], clients: [\"*\"], days: [sun]}", "{allow: [\"*\"], clients: [a]}"], true),
            (["{deny: [A], clients: [\"*\"], days: [sun]}", "{allow: [\"*\"], clients: [a], days: [sun], hours: \"10:00-11:00\"}"], false),
            (["{deny: [A], clients: [\"*\"], payload: {n: {const: 1}}}", "{allow: [A], clients: [a]}"], true),
        ] as [([String], Bool)])
    func aTypeThatNoRuleLetsAnybodyCauseIsFound(rules: [String], can: Bool) throws { #expect(try review(rules).canBeCaused("A") == can) }

    @Test(
        arguments: [
            ("{allow: [B], clients: [a]}", "warning: this rule cannot match: no action serves B"),
            ("{ask: [\"C_*\", B], clients: [a]}", "warning: this rule cannot match: no action serves C_*, B"),
            ("{allow: [A, B], clients: [a]}", "note: no action serves B"),
            ("{deny: [B], clients: [a]}", "note: this rule cannot match: no action serves B"),
            ("{allow: [\"*\"], clients: [a]}", nil), ("{allow: [\"A*\"], clients: [a]}", nil),
        ] as [(String, String?)])
    func aTypeThatNoActionServesIsFound(rule: String, message: String?) throws {
        let found = try review([rule]).unserved(["A"])
        #expect(found.map(\.description) == (message.map { ["policies/p.yaml:2:5: \($0)"] } ?? []))
    }

    @Test func aTypeThatIsNearToOneThatIsServedIsSaidToBeMeant() throws {
        let found = try review(["{deny: [FIAL], clients: [a]}", "{allow: [\"FIAL_*\"], clients: [a]}"]).unserved(["FAIL", "WORK"])
        #expect(
            found.map(\.message) == [
                "this rule cannot match: no action serves FIAL: did you mean FAIL?", "this rule cannot match: no action serves FIAL_*",
            ])
    }

    @Test func aClientWithoutATokenIsFound() throws {
        let review = try review(["{allow: [A], clients: [studio, wall*, \"*\"]}"])
        #expect(review.unknown(clients: ["studio"]).map(\.message) == ["no token is for the client wall*"])
        #expect(review.unknown(clients: ["studio", "wall-2"]).isEmpty)
    }

    /// What the review says of patterns is checked against the names themselves.
    @Test func aPatternThatCoversAnotherMatchesEachOfItsNames() throws {
        let texts = ["*", "A", "AB", "A*", "*A", "*A*", "AB*", "*AB", "*AB*", "B", "*B*", "BA*"]
        let names = ["A", "B", "AB", "BA", "AA", "ABA", "BAB", "XABX", "XA", "AX", "ABX", "XAB"]
        let patterns = try texts.map { try NamePattern($0) }
        for wide in patterns {
            for narrow in patterns where wide.covers(narrow) {
                for name in names where narrow.matches(name) { #expect(wide.matches(name), "\(wide) \(narrow) \(name)") }
            }
        }
        #expect(try NamePattern("*A*").covers(NamePattern("BA*")))
    }
}
