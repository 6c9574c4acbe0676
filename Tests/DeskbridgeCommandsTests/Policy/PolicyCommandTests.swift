import ArgumentParser
import DeskbridgeCore
import Foundation
import Testing

@testable import DeskbridgeCommands

@Suite(.timeLimit(.minutes(1))) struct PolicyCommandTests {
    private static let action = """
        action: make
        on: MAKE
        confirm: MADE
        parameters: {name: {type: string}, root: {type: string, default: x}}
        steps:
          - id: folder
            folder: {root: /srv/projects, name: "{name}"}
          - id: say
            process: {argv: [/bin/true, "{name}"]}
            optional: true
        """
    private static let policy = """
        rules:
          - {allow: [MAKE], clients: [studio], origins: ["https://studio.example"], payload: {name: {pattern: "[a-z]+"}}, rate: 5/1m}
          - {deny: [MAKE], clients: [guest], days: [sat-sun]}
          - {ask: [MAKE], clients: [guest], timeout: 30s}
        grants: {folders: [/srv], executables: [/bin/true]}
        """

    private struct Home {
        let temporary: TemporaryHome
        let terminal = TestTerminal()

        /// Runs a command and gives the code it ends with.
        func run(_ line: String) async throws -> Int32 {
            let words = line.split(separator: " ").map(String.init) + ["--home", temporary.folder]
            guard let command = try Deskbridge.parseAsRoot(words) as? any BridgeCommand else { return -1 }
            do { try await command.run(on: terminal.terminal()) } catch let code as ExitCode { return code.rawValue }
            return 0
        }

        func run(_ line: String, endsWith expected: Int32) async throws {
            let code = try await run(line)
            #expect(code == expected)
        }

        var json: JSONValue? { try? JSONParser.parse(terminal.output) }
    }

    private func withHome(
        actions: [String: String] = ["make": Self.action], policy: String = Self.policy, _ body: (Home) async throws -> Void
    ) async throws {
        try await TemporaryHome.with { temporary in
            for folder in [temporary.home.actions, temporary.home.policies] {
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            }
            for (name, text) in actions {
                try text.write(toFile: "\(temporary.home.actions)/\(name).yaml", atomically: true, encoding: .utf8)
            }
            try policy.write(toFile: "\(temporary.home.policies)/p.yaml", atomically: true, encoding: .utf8)
            try await body(Home(temporary: temporary))
        }
    }

    @Test func policiesThatSuitTheirActionsHaveNothingToReport() async throws {
        try await withHome { home in
            try await home.run("policy check --strict", endsWith: 0)
            #expect(home.terminal.output.isEmpty)
            #expect(home.terminal.error == "3 rules, 2 grants, 1 action checked: 0 errors, 0 warnings, 0 notes.\n")
        }
    }

    @Test func whatCanNeverHappenIsTold() async throws {
        let policy = """
            rules:
              - {deny: ["*"], clients: ["*"]}
              - {allow: [MAKE, MAKE_MORE], clients: [studio]}
              - {allow: [BREAK], clients: [studio], origins: [none]}
            grants:
              folders: [/srv, /tmp/unused]
              executables: [/bin/true, /nowhere/tool]
              dbus: ["session org.example.A *"]
            """
        try await withHome(policy: policy) { home in
            try await home.run("policy check", endsWith: 0)
            #expect(
                home.terminal.output.split(separator: "\n") == [
                    "actions/make.yaml:1:1: warning: the action make never runs: no rule lets anybody cause MAKE",
                    "policies/p.yaml:3:5: warning: this rule never matches: policies/p.yaml:2 decides all it is about before it",
                    "policies/p.yaml:3:5: note: no action serves MAKE_MORE",
                    "policies/p.yaml:4:5: warning: this rule never matches: policies/p.yaml:2 decides all it is about before it",
                    "policies/p.yaml:4:5: warning: this rule cannot match: no action serves BREAK",
                    "policies/p.yaml:6:19: note: no action needs what is granted here: /tmp/unused",
                    "policies/p.yaml:7:28: warning: the executable /nowhere/tool: /nowhere cannot be found (No such file or directory)",
                    "policies/p.yaml:7:28: note: no action needs what is granted here: /nowhere/tool",
                    "policies/p.yaml:8:10: note: no action needs what is granted here: session org.example.A *",
                ])
            #expect(home.terminal.error == "3 rules, 5 grants, 1 action checked: 0 errors, 5 warnings, 4 notes.\n")
            try await home.run("policy check --strict", endsWith: 78)
        }
    }

    @Test func mistakesAndMissingGrantsAreErrorsWithTheirPlaces() async throws {
        try await withHome(policy: "rules: [{allow: [MAKE], clients: [studio], payload: {n: {patern: x}}}]\ngrant: 5") { home in
            try await home.run("policy check", endsWith: 78)
            #expect(
                home.terminal.output.split(separator: "\n").map { $0.prefix(30) } == [
                    "policies/p.yaml:1:58: error: t", "policies/p.yaml:2:1: error: a ",
                ])
        }
        try await withHome(policy: "rules: [{allow: [MAKE], clients: [studio]}]") { home in
            try await home.run("policy check --format json", endsWith: 78)
            let json = try #require(home.json)
            #expect(json["errors"] == 2 && json["warnings"] == 0 && json["notes"] == 0)
            let first = try #require(json["findings"]?.arrayValue?.first)
            #expect(first["level"] == "error" && first["kind"] == "mistake" && first["file"] == "actions/make.yaml")
            #expect(first["line"] == 7 && first["column"] == 20)
            #expect(first["message"]?.stringValue?.hasPrefix("the folder /srv/projects is not granted") == true)
        }
    }

    /// While the daemon runs, it knows the clients.
    @Test func aClientWithoutATokenIsNotedWhileTheDaemonRuns() async throws {
        try await FakeDaemon.answering { call in
            .json(
                200,
                [
                    "tokens": [
                        ["id": "1", "client": "studio", "expiresAt": "2030-01-01T00:00:00.000Z"],
                        ["id": "2", "client": "guest", "expiresAt": "2020-01-01T00:00:00.000Z"],
                    ]
                ])
        }.running { daemon in
            let home = BridgeHome(below: daemon.folder)
            for folder in [home.actions, home.policies] {
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            }
            try Self.action.write(toFile: "\(home.actions)/make.yaml", atomically: true, encoding: .utf8)
            try Self.policy.write(toFile: "\(home.policies)/p.yaml", atomically: true, encoding: .utf8)
            let terminal = TestTerminal()
            try await PolicyCheck.parse(["--home", daemon.folder]).run(on: terminal.terminal())
            #expect(
                terminal.output.split(separator: "\n") == [
                    "policies/p.yaml:3:5: note: no token is for the client guest",
                    "policies/p.yaml:4:5: note: no token is for the client guest",
                ])
        }
    }

    // 2026-11-21 is a Saturday.
    @Test(
        arguments: [
            ("--client studio --origin https://studio.example --set name=abc", 0, "allow", "policies/p.yaml:2", [nil]),
            (
                "--client studio --origin https://studio.example --set name=A1", 77, "deny", "default",
                [
                    "the payload's /name must match the pattern [a-z]+", "it is for clients guest", "it is for clients guest",
                ]
            ),
            (
                "--client studio", 77, "deny", "default",
                ["it is for origins https://studio.example", "it is for clients guest", "it is for clients guest"]
            ),
            ("--client guest --at 2026-11-21T12:00:00Z", 77, "deny", "policies/p.yaml:3", ["it is for clients studio", nil]),
            ("--client guest --at 2026-11-18T12:00:00Z", 0, "ask", "policies/p.yaml:4", ["it is for clients studio", days, nil]),
        ] as [(String, Int32, String, String, [String?])])
    func anExplanationShowsEachRuleLookedAt(
        options: String, code: Int32, effect: String, rule: String, reasons: [String?]
    ) async throws {
        try await withHome { home in
            try await home.run("policy explain MAKE --format json \(options)", endsWith: code)
            let json = try #require(home.json)
            #expect(json["decision"]?["effect"]?.stringValue == effect)
            #expect(json["decision"]?["rule"]?.stringValue == rule)
            #expect(json["rules"]?.arrayValue?.map { $0["reason"]?.stringValue } == reasons)
        }
    }

    private static let days = "it is for the time sat, sun, and it is wed 12:00"

    @Test func anExplanationWithAPayloadTellsWhatTheGrantsSayToThePlan() async throws {
        try await withHome { home in
            _ = try await home.run("policy explain MAKE --client studio --origin https://studio.example --set name=abc --format json")
            let json = try #require(home.json)
            #expect(json["decision"]?["rate"] == "5/1m")
            #expect(json["plan"]?["verdict"] == "granted")
            #expect(json["plan"]?["steps"]?.arrayValue?.map { $0["id"]?.stringValue } == ["folder", "say"])
        }
        try await withHome { home in
            _ = try await home.run("policy explain MAKE --set name=../x --format json")
            let json = try #require(home.json)
            #expect(json["plan"]?["verdict"] == "refused")
            #expect(json["plan"]?["steps"]?.arrayValue?.first?["refused"]?["code"] == "forbidden_character")
        }
        try await withHome { home in
            _ = try await home.run("policy explain MAKE --set nam=x --format json")
            #expect(home.json?["plan"]?["verdict"] == "invalid")
        }
        try await withHome { home in
            _ = try await home.run("policy explain OTHER --set nam=x --format json")
            #expect(home.json?["plan"]?["verdict"] == "unserved")
        }
    }

    @Test func anExplanationForPeopleIsATableAndTheDecision() async throws {
        try await withHome { home in
            try await home.run("policy explain MAKE --client guest --at 2026-11-21T12:00:00Z --set name=abc", endsWith: 77)
            let lines = home.terminal.output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            #expect(lines[0] == "RULE               EFFECT  MATCHES")
            #expect(lines[1].hasPrefix("policies/p.yaml:2  allow   no: it is for clients studio"))
            #expect(lines[2].hasPrefix("policies/p.yaml:3  deny    yes: this rule decides"))
            #expect(home.terminal.output.contains("decision  deny\n"))
            #expect(home.terminal.output.contains("reason    client \"guest\" may not cause MAKE\n"))
            #expect(home.terminal.output.contains("step say     granted: "))
        }
    }

    /// A step with a sandbox has the network only if a policy grants it to its program.
    @Test(
        arguments: [
            ("{network: on}", "[/bin/true]", 0, []),
            (
                "{network: on}", "[]", 78,
                ["actions/make.yaml:11:26: error: the network is not granted to /bin/true; list it under grants.network of a policy file"]
            ),
            (
                "{network: on}", "[/usr/bin/true]", 78,
                ["actions/make.yaml:11:26: error: the network is not granted to /bin/true; list it under grants.network of a policy file"]
            ),
            ("{network: off}", "[]", 0, []), ("{tier: none}", "[]", 0, []),
            ("{}", "[/bin/true]", 0, ["policies/p.yaml:5:63: note: no action needs what is granted here: /bin/true"]),
        ] as [(String, String, Int32, [String])])
    func theNetworkOfASandboxIsGrantedByAPolicy(sandbox: String, granted: String, code: Int32, findings: [String]) async throws {
        let action = Self.action.replacing(
            "process: {argv: [/bin/true, \"{name}\"]}", with: "process:\n      argv: [/bin/true]\n      sandbox: \(sandbox)")
        let policy = Self.policy.replacing("[/bin/true]}", with: "[/bin/true], network: \(granted)}")
        try await withHome(actions: ["make": action], policy: policy) { home in
            try await home.run("policy check", endsWith: code)
            #expect(home.terminal.output.split(separator: "\n").map(String.init) == findings)
        }
    }

    private static let digest = String(repeating: "ab", count: 32)

    private static func answer(
        _ number: Int64, _ answer: String, client: String = "guest", origin: JSONValue = "https://studio.example", digest: String = digest
    ) -> JSONValue {
        [
            "number": .integer(number), "answer": .string(answer), "client": .string(client), "origin": origin, "type": "MAKE",
            "event": "01936d2e-7c1a-7b5e-9d3f-0a1b2c3d4e5f", "askedBy": "policies/p.yaml:4", "digest": .string(digest),
            "answeredAt": "2026-11-20T09:00:00.000Z", "place": "command", "standing": "rule_changed", "rule": .null,
        ]
    }

    @Test(
        arguments: [
            ("1 3", ["1", "3"], 0), ("--all", ["1", "2", "3"], 0), ("--client guest", ["1", "2"], 0), ("--origin none", ["2"], 0),
            ("--client guest --origin https://studio.example", ["1"], 0), ("--client nobody", [], 0), ("9", ["9"], 1),
            ("9 1", ["9", "1"], 1),
        ] as [(String, [String], Int32)])
    func answersAreForgottenOneByOne(options: String, numbers: [String], code: Int32) async throws {
        try await FakeDaemon.answering { call in
            if call.request.hasPrefix("GET") {
                return .json(
                    200,
                    [
                        "answers": [
                            Self.answer(1, "approved"), Self.answer(2, "denied", origin: .null),
                            Self.answer(3, "approved", client: "studio"),
                        ]
                    ])
            }
            return call.request.hasSuffix("/9") ? .problem(404, .notFound, "No answer 9 is remembered.") : .json(200, ["forgotten": [:]])
        }.running { daemon in
            let terminal = TestTerminal()
            var ended: Int32 = 0
            do {
                try await PolicyForget.parse(options.split(separator: " ").map(String.init) + ["--home", daemon.folder])
                    .run(on: terminal.terminal())
            } catch let exit as ExitCode { ended = exit.rawValue }
            #expect(ended == code)
            #expect(daemon.calls.map(\.request).filter { $0.hasPrefix("DELETE") } == numbers.map { "DELETE /v1/policy/answers/\($0)" })
            if numbers.contains("1") {
                #expect(terminal.output.contains("answer 1 forgotten: approved client \"guest\" from https://studio.example\n"))
            }
            if numbers.isEmpty { #expect(terminal.error == "No such answer is remembered.\n") }
        }
    }

    @Test func answersAreListed() async throws {
        try await FakeDaemon.answering { _ in
            .json(200, ["answers": [Self.answer(1, "approved"), Self.answer(2, "denied", origin: .null)]])
        }.running { daemon in
            let terminal = TestTerminal()
            try await PolicyAnswers.parse(["--home", daemon.folder]).run(on: terminal.terminal())
            let lines = terminal.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
            #expect(lines[0].prefix(4) == ["NO", "ANSWER", "CLIENT", "ORIGIN"])
            #expect(lines[1].prefix(5) == ["1", "approved", "guest", "https://studio.example", "MAKE"])
            #expect(lines[2].prefix(4) == ["2", "denied", "guest", "none"] && lines[2].contains("changed"))
        }
    }

    /// What an older daemon, or something else at its place, answers is no knowledge.
    @Test(arguments: [JSONValue.object(["answers": [["number": 1]]]), .object([:]), .array([])])
    func anAnswerThatCannotBeReadIsAnError(json: JSONValue) async throws {
        try await FakeDaemon.answering { _ in .json(200, json) }.running { daemon in
            await #expect(throws: (any Error).self) {
                try await PolicyAnswers.parse(["--home", daemon.folder]).run(on: TestTerminal().terminal())
            }
        }
    }

    @Test func anExplanationAsksTheDaemonForAnswersOnlyIfARuleRemembersThem() async throws {
        let remembering = Self.policy.replacing("timeout: 30s", with: "timeout: 30s, remember: 30d")
        try await withHome(policy: remembering) { home in
            try await home.run("policy explain MAKE --client guest --at 2026-11-18T12:00:00Z", endsWith: 0)
            #expect(home.terminal.output.contains("the daemon doesn't run, so it isn't known whether an answer is remembered"))
            _ = try await home.run("policy explain MAKE --client guest --at 2026-11-18T12:00:00Z --format json")
        }
        try await FakeDaemon.answering { _ in .json(200, ["answers": []]) }.running { daemon in
            let home = BridgeHome(below: daemon.folder)
            for folder in [home.actions, home.policies] {
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            }
            try Self.action.write(toFile: "\(home.actions)/make.yaml", atomically: true, encoding: .utf8)
            for (policy, calls) in [(Self.policy, 0), (remembering, 1)] {
                try policy.write(toFile: "\(home.policies)/p.yaml", atomically: true, encoding: .utf8)
                let terminal = TestTerminal()
                try await PolicyExplainCommand.parse(
                    ["MAKE", "--client", "guest", "--at", "2026-11-18T12:00:00Z", "--home", daemon.folder]
                ).run(on: terminal.terminal())
                #expect(daemon.calls.count == calls)
                #expect(
                    terminal.output.contains("the answer will be remembered for client \"guest\" from outside a web page, 30d")
                        == (calls == 1))
            }
        }
    }

    @Test(arguments: [
        "policy forget", "policy forget 1 --all", "policy forget 1 --client a", "policy forget --all --origin a", "policy forget x",
    ])
    func whatToForgetIsSaidInOneWay(line: String) {
        #expect(throws: (any Error).self) { try Deskbridge.parseAsRoot(line.split(separator: " ").map(String.init)) }
    }

    @Test(arguments: ["policy explain make", "policy explain MAKE --at soon", "policy explain MAKE --at 2026-13-01T00:00"])
    func whatIsWrongOnTheCommandLineIsRefused(line: String) {
        #expect(throws: (any Error).self) { try Deskbridge.parseAsRoot(line.split(separator: " ").map(String.init)) }
    }
}
