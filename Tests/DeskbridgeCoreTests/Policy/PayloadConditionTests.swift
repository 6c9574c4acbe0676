import Testing

@testable import DeskbridgeCore

struct PayloadConditionTests {
    private func effect(_ condition: String, _ payload: String) throws -> PolicyDecision {
        try policy(rules: "{allow: [A], clients: [a], payload: \(condition)}").decide(.sending(JSONParser.parse(payload)))
    }

    @Test(arguments: [
        (#"{name: {pattern: "tmp_[a-z]+"}}"#, #"{"name":"tmp_a"}"#, true),
        (#"{name: {pattern: "tmp_[a-z]+"}}"#, #"{"name":"tmp_a "}"#, false),
        (#"{name: {pattern: "tmp_[a-z]+"}}"#, #"{"name":"xtmp_a"}"#, false),
        (#"{name: {pattern: "tmp_[a-z]+"}}"#, #"{"name":"tmp_a\n"}"#, false),
        (#"{name: {pattern: ".*"}}"#, "{}", false),
        (#"{name: {pattern: ".*"}}"#, #"{"name":null}"#, false),
        (#"{name: {pattern: ".*"}}"#, #"{"name":7}"#, false),
        (#"{name: {pattern: ".*"}}"#, #"{"Name":"x"}"#, false),
        (#"{name: {pattern: ".*"}}"#, "[]", false),
        (#"{name: {const: draft}}"#, #"{"name":"draft"}"#, true),
        (#"{name: {const: draft}}"#, #"{"name":"drafts"}"#, false),
        (#"{n: {const: 1}}"#, #"{"n":1.0}"#, true),
        (#"{n: {const: 1}}"#, #"{"n":"1"}"#, false),
        (#"{n: {const: null}}"#, #"{"n":null}"#, true),
        (#"{n: {const: null}}"#, "{}", false),
        (#"{n: {const: {a: 1, b: 2}}}"#, #"{"n":{"b":2,"a":1}}"#, true),
        (#"{n: {const: "é"}}"#, #"{"n":"e\u0301"}"#, false),
        (#"{n: {enum: [low, high]}}"#, #"{"n":"high"}"#, true),
        (#"{n: {enum: [low, high]}}"#, #"{"n":"middle"}"#, false),
        (#"{n: {minimum: 1, maximum: 10}}"#, #"{"n":1}"#, true),
        (#"{n: {minimum: 1, maximum: 10}}"#, #"{"n":10.000000000000000000001}"#, false),
        (#"{n: {minimum: 1, maximum: 10}}"#, #"{"n":"5"}"#, false),
        (#"{n: {exclusiveMinimum: 1}}"#, #"{"n":1}"#, false),
        (#"{n: {exclusiveMaximum: 2}}"#, #"{"n":1.5}"#, true),
        (#"{n: {type: integer, minimum: 1}}"#, #"{"n":1.5}"#, false),
        (#"{n: {type: integer}}"#, #"{"n":2e0}"#, true),
        (#"{n: {type: integer}}"#, #"{"n":99999999999999999999}"#, false),
        (#"{n: {type: boolean}}"#, #"{"n":false}"#, true),
        (#"{n: {type: array}}"#, #"{"n":[]}"#, true),
        (#"{n: {type: object}}"#, #"{"n":[]}"#, false),
        (#"{n: {minLength: 2, maxLength: 3}}"#, #"{"n":"é€"}"#, true),
        (#"{n: {minLength: 2, maxLength: 3}}"#, #"{"n":"abcd"}"#, false),
        (#"{owner: {properties: {name: {const: John}}}}"#, #"{"owner":{"name":"John"}}"#, true),
        (#"{owner: {properties: {name: {const: John}}}}"#, #"{"owner":"John"}"#, false),
        (#"{owner: {properties: {name: {const: John}}}}"#, #"{"owner":{}}"#, false),
        (#"{/owner/name: {const: John}}"#, #"{"owner":{"name":"John","more":1}}"#, true),
        (#"{/tags/0: {const: red}}"#, #"{"tags":["red","blue"]}"#, true),
        (#"{/tags/1: {const: red}}"#, #"{"tags":["red"]}"#, false),
        (#"{/tags/00: {const: red}}"#, #"{"tags":["red"]}"#, false),
        (#"{/tags/-1: {const: red}}"#, #"{"tags":["red"]}"#, false),
        (#"{"/a~1b/c~0d": {const: 1}}"#, #"{"a/b":{"c~d":1}}"#, true),
        (#"{"/~01": {const: 1}}"#, #"{"~1":1}"#, true),
        (#"{a: {const: 1}, b: {const: 2}}"#, #"{"a":1,"b":2}"#, true),
        (#"{a: {const: 1}, b: {const: 2}}"#, #"{"a":1,"b":3}"#, false),
    ])
    func aRuleIsOnlyAboutPayloadsThatMeetItsConditions(condition: String, payload: String, matches: Bool) throws {
        #expect((try effect(condition, payload).effect == .allow) == matches)
    }

    @Test func theFirstRuleWhosePayloadFitsDecides() throws {
        let policy = try policy(
            rules: "{deny: [A], clients: [a], payload: {name: {pattern: \"prod_.*\"}}}",
            "{ask: [A], clients: [a], payload: {shots: {minimum: 100}}, timeout: 5s}", "{allow: [A], clients: [a]}")
        func rule(_ payload: JSONValue) -> String? { policy.decide(.sending(payload)).rule?.description }
        #expect(rule(["name": "prod_1", "shots": 500]) == "policies/p.yaml:2")
        #expect(rule(["name": "test", "shots": 500]) == "policies/p.yaml:3")
        #expect(rule(["name": "test", "shots": 5]) == "policies/p.yaml:4")
    }

    /// A value that costs too much to look at must not slip past a deny, nor through an allow.
    @Test func aValueTooLongToLookAtIsDeniedWhateverTheRuleSays() throws {
        let pattern = "[ab]{1,900}"
        let policy = try policy(
            rules: "{deny: [A], clients: [a], payload: {name: {pattern: \"\(pattern)\"}, kind: {const: x}}}", "{allow: [A], clients: [a]}")
        let long = JSONValue.string(String(repeating: "a", count: 60_000))
        let denied = policy.decide(.sending(["name": long, "kind": "x"]))
        #expect(denied.effect == .deny)
        #expect(denied.rule?.description == "policies/p.yaml:2")
        #expect(denied.reason == "the value at /name of the payload is too long for a policy rule to look at")
        // Another condition that fails says enough: the rule is about something else.
        #expect(policy.decide(.sending(["name": long, "kind": "y"])).effect == .allow)
        #expect(policy.explain(.sending(["name": long, "kind": "x"])).decision == denied)
    }

    @Test(.timeLimit(.minutes(1)), arguments: ["(a+)+", "(a|a)*", "(.*a){12}", "(a*)*b"])
    func noPatternMakesAPayloadCostMoreThanItsLength(pattern: String) throws {
        let policy = try policy(rules: "{allow: [A], clients: [a], payload: {name: {pattern: \"\(pattern)\"}}}")
        _ = policy.decide(.sending(["name": .string(String(repeating: "a", count: 65_000) + "!")]))
    }

    @Test func aMismatchNamesTheFieldAndTheRuleButNotTheValue() throws {
        let policy = try policy(rules: "{allow: [A], clients: [a], payload: {password: {pattern: \"[a-z]+\"}}}")
        let look = try #require(policy.explain(.sending(["password": "Hunter2"])).looks.first)
        #expect(look.mismatch?.description == "the payload's /password must match the pattern [a-z]+")
    }

    /// What a client may be told of: whether there is a payload with which it can cause the event.
    @Test(arguments: [
        (["{allow: [A], clients: [a], payload: {n: {const: 1}}}"], true),
        (["{deny: [A], clients: [a], payload: {n: {const: 1}}}"], false),
        (["{deny: [A], clients: [a], payload: {n: {const: 1}}}", "{allow: [A], clients: [a]}"], true),
        (["{deny: [A], clients: [a]}", "{allow: [A], clients: [a], payload: {n: {const: 1}}}"], false),
        (["{ask: [A], clients: [a], hours: \"09:00-10:00\"}"], true),
        (["{allow: [A], clients: [b]}"], false),
    ])
    func whatAClientMayEverCauseLeavesPayloadAndTimeOpen(rules: [String], may: Bool) throws {
        let text = "rules:\n" + rules.map { "  - \($0)\n" }.joined()
        let policy = try PolicyFile.parse(yamlNode(text), home: "/h").policy
        #expect(policy.mayCause(type: "A", client: "a", origin: nil) == may)
    }

    @Test(arguments: [
        ("[]", "39: payload must be a mapping, not a list"),
        ("{}", "39: payload is empty: name a field, such as {name: {pattern: \"[a-z]+\"}}"),
        ("{n: 5}", "43: the condition of /n must be a mapping, not an integer"),
        ("{n: }", "43: the condition of /n must be a mapping such as {const: draft}"),
        ("{n: {}}", "43: the condition of /n is empty: write type, const, enum, pattern, minimum or another"),
        ("{n: {patern: x}}", "44: the condition of /n has no key \"patern\". Did you mean \"pattern\"? \(keys)"),
        ("{n: {pattern: \"a(b\"}}", nil),
        ("{n: {pattern: \"(?=a)\"}}", nil),
        ("{n: {pattern: 5}}", "53: pattern must be a string, not an integer"),
        ("{n: {type: strin}}", "50: there is no type \"strin\". Did you mean \"string\"? \(types)"),
        ("{n: {type: integer, pattern: a}}", "43: the keyword \"pattern\" is not for the type integer"),
        ("{n: {pattern: a, minimum: 1}}", "43: the keyword \"minimum\" is not for the type string"),
        ("{n: {minimum: x}}", "53: minimum must be a number, not a string"),
        ("{n: {minimum: 5, maximum: 4}}", "43: no number lies between 5 and 4"),
        ("{n: {minimum: 5, exclusiveMaximum: 5}}", "43: no number lies between 5 and 5"),
        ("{n: {minLength: 5, maxLength: 4}}", "43: minLength 5 is more than maxLength 4"),
        ("{n: {enum: []}}", "50: enum is empty: name the values"),
        ("{n: {const: 1, enum: [1]}}", "43: const and enum say the same: write one of them"),
        ("{n: {const: Ab, pattern: \"[a-z]+\"}}", "43: \"Ab\" breaks the other words of the condition of /n, so it never matches"),
        ("{n: {properties: {}}}", "56: the properties of /n is empty: name a field, such as {name: {pattern: \"[a-z]+\"}}"),
        ("{n: {properties: {m: {type: x}}}}", "67: there is no type \"x\". \(types)"),
        ("{/a~2: {const: 1}}", "40: \"/a~2\" is no JSON pointer: after ~ stands 0 (for ~) or 1 (for /)"),
    ] as [(String, String?)])
    func aConditionThatCannotBeMeantIsRefusedWithItsPlace(condition: String, mistake: String?) throws {
        let found = mistakes {
            try PolicyFile.parse(yamlNode("rules:\n- {allow: [A], clients: [a], payload: \(condition)}", file: "p.yaml"), home: "/h")
        }
        #expect(found.count == 1)
        if let mistake { #expect(found == ["p.yaml:2:\(mistake)"]) }
    }

    @Test func allMistakesOfAConditionAreToldAtOnce() throws {
        let found = mistakes {
            try PolicyFile.parse(
                yamlNode(
                    """
                    rules:
                      - allow: [A]
                        clients: [a]
                        payload:
                          a: {type: strin, minLength: x, pattern: "(", wrong: 1}
                          /b~: {const: 1}
                          c: {properties: {d: {maximum: no}, e: 5}}
                        hours: 9-17
                        days: [mon-fry, sat]
                        rate: fast
                    """, file: "p.yaml"), home: "/h")
        }
        #expect(found.map { $0.split(separator: " ")[0] } == [
            "p.yaml:5:17:", "p.yaml:5:35:", "p.yaml:5:48:", "p.yaml:5:52:", "p.yaml:6:7:", "p.yaml:7:37:", "p.yaml:7:45:", "p.yaml:8:12:",
            "p.yaml:9:12:", "p.yaml:10:11:",
        ])
    }

    private static let keys =
        "Its keys are type, const, enum, pattern, minLength, maxLength, minimum, maximum, exclusiveMinimum, exclusiveMaximum, properties."
    private static let types = "The types are string, integer, number, boolean, array, object."
}
