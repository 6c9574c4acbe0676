import DeskbridgeTestSupport
import Testing

/// Action and policy files that somebody was talked into copying: they are refused when they load, with their place, and soon.
@Suite(.timeLimit(.minutes(5)))
struct HostileDefinitionTests {
    /// What stands in the place of a step's body, a parameter or a whole file.
    private static func action(
        parameter: String = "{type: string, maxLength: 100}", step: String = "process: {argv: [$BIN/work, --, \"{text}\"]}",
        more: String = ""
    ) -> String {
        """
        action: bad
        on: BAD
        confirm: BAD_DONE
        parameters:
          text: \(parameter)
        steps:
          - id: step
            \(step)
        \(more)
        """
    }

    private static func process(_ members: String) -> String { action(step: "process: {\(members)}") }

    private static func folder(_ members: String) -> String { action(step: "folder: {\(members)}") }

    private static func bus(_ change: (String, String)) -> String {
        let members = [
            ("bus", "session"), ("destination", "org.example.Name"), ("path", "/org/example"), ("interface", "org.example.Name"),
            ("member", "Do"), ("signature", "s"), ("arguments", "[\"{text}\"]"),
        ]
        let written = members.map { "\($0.0): \($0.0 == change.0 ? change.1 : $0.1)" }
        return action(step: "dbus: {\(written.joined(separator: ", "))}")
    }

    private static let bomb = (1...9).reduce("a0: &a0 [x, x, x, x, x, x, x, x, x]\n") { text, level in
        text + "a\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ") + "]\n"
    }

    /// With a word that the refusal must say.
    static let actions: [(name: String, text: String, says: String)] = [
        // YAML
        ("a bomb of aliases", bomb, "anchors"),
        ("an alias of itself", "action: &a [*a]\n", "anchors"),
        ("a merge key", action(more: "<<: {on: OTHER}"), "<<"),
        ("an object of a language", action(more: "x: !!python/object/apply:os.system [id]"), "tag"),
        ("a tag of its own", action(more: "description: !shell id"), "tag"),
        ("two documents", action() + "\n---\n" + action(), "document"),
        ("a key twice", action(more: "on: OTHER"), "on"),
        ("very deep", "action: " + String(repeating: "[", count: 10_000), "deep"),
        ("larger than a file may be", action(more: "description: \"" + String(repeating: "x", count: 2 << 20) + "\""), "1 MiB"),
        ("a control character", "action: b\u{1}d\n", "bad.yaml"),
        ("a tab as indentation", "action: bad\n\ton: BAD\n", "bad.yaml"),
        ("nothing", "", "bad.yaml"),
        ("a list", "- action: bad\n", "mapping"),
        ("a key that is none", action(more: "shell: id"), "shell"),
        // Patterns that take for ever elsewhere, or that can't be matched in time
        ("a reference back", action(parameter: #"{type: string, maxLength: 100, pattern: '(a+)\1'}"#), "\\1 is not supported"),
        ("a look ahead", action(parameter: "{type: string, maxLength: 100, pattern: '(?=a)a'}"), "(?"),
        ("too many repeats", action(parameter: "{type: string, maxLength: 100, pattern: '(a{1000}){1000}'}"), "pattern"),
        ("a group that is not closed", action(parameter: "{type: string, maxLength: 100, pattern: '(a'}"), "not closed"),
        // Templates
        ("a field that is not there", process("argv: [$BIN/work, \"{nothing}\"]"), "nothing"),
        ("a filter that is not there", process("argv: [$BIN/work, \"{text|shell}\"]"), "shell"),
        ("a brace that is not closed", process("argv: [$BIN/work, \"{text\"]"), "{"),
        ("the result of a later step", process("argv: [$BIN/work, \"{steps.later.stdout}\"]"), "no field"),
        // Processes
        ("a program that the event names", process("argv: [\"{text}\"]"), "argv"),
        ("a program that is looked for", process("argv: [work, x]"), "absolute"),
        ("a program on a way up", process("argv: [$BIN/../bin/work]"), ".."),
        ("a program that nothing grants", process("argv: [/bin/sh, -c, \"{text}\"]"), "grant"),
        ("no program", process("argv: []"), "argv"),
        ("one line for a shell", process("argv: \"work x\""), "argv"),
        ("a library before all others", process("argv: [$BIN/work], environment: {LD_PRELOAD: /tmp/x.so}"), "LD_PRELOAD"),
        ("a file that shells read", process("argv: [$BIN/work], environment: {BASH_ENV: \"{text}\"}"), "BASH_ENV"),
        ("a way to programs from the event", process("argv: [$BIN/work], environment: {PATH: \"{text}\"}"), "PATH"),
        ("a variable with a strange name", process("argv: [$BIN/work], environment: {\"A=B\": x}"), "A=B"),
        ("a folder on a way up", process("argv: [$BIN/work], directory: \"/tmp/../etc\""), ".."),
        // Folders
        ("a root that nothing grants", folder("root: /etc, name: \"{text}\""), "grant"),
        ("a root on a way up", folder("root: \"~/Projects/../..\", name: \"{text}\""), ".."),
        ("a name on a way up", folder("root: ~/Projects, name: \"../{text}\""), "name"),
        ("a tree on a way up", folder("root: ~/Projects, name: x, tree: [\"../x\"]"), "tree"),
        ("a tree from the root", folder("root: ~/Projects, name: x, tree: [\"/etc/x\"]"), "tree"),
        ("more folders than a disk has", folder("root: ~/Projects, name: x, tree: [\"a{1..999999999}\"]"), "tree"),
        // D-Bus: a malformed name would end the process
        ("a name of one part", bus(("destination", "name")), "destination"),
        ("a name with a NUL", bus(("destination", "\"org.example\\0\"")), "NUL"),
        ("a path that ends in a slash", bus(("path", "/org/example/")), "path"),
        ("an interface with a space", bus(("interface", "\"org.example Name\"")), "interface"),
        ("a member with a dot", bus(("member", "Do.It")), "member"),
        ("a signature that is none", bus(("signature", "\"a{vs}\"")), "signature"),
        ("a signature deeper than 32", bus(("signature", "\"" + String(repeating: "a", count: 33) + "y\"")), "signature"),
        ("an open file", bus(("signature", "h")), "h"),
        ("a destination that nothing grants", bus(("destination", "org.freedesktop.systemd1")), "grant"),
    ]

    @Test func aHostileActionIsRefusedWithItsPlace() async throws {
        for (name, text, says) in Self.actions {
            var files = BridgeFiles.samples
            files.actions["bad"] = text
            files.policies["bus"] = "grants: {dbus: [\"session org.example.Name org.example.Name.Do\"]}\n"
            let result = try await TestHome(files).command(["actions", "check"])
            let said = result.output + result.errors
            #expect(result.code == 78, "\(name): \(said.prefix(400))")
            #expect(said.contains("actions/bad.yaml:"), "\(name): \(said.prefix(400))")
            #expect(said.contains(says), "\(name): \(said.prefix(400))")
        }
    }

    static let policies: [(name: String, text: String)] = [
        ("a bomb of aliases", bomb),
        ("a rule for all in a word", "rules: [{allow: all, clients: all}]\n"),
        ("two effects", "rules: [{allow: [\"*\"], deny: [\"*\"], clients: [\"*\"]}]\n"),
        ("no clients", "rules: [{allow: [\"*\"]}]\n"),
        ("an origin that is none", "rules: [{allow: [\"*\"], clients: [\"*\"], origins: [\"*.example\"]}]\n"),
        ("an origin with a path", "rules: [{allow: [\"*\"], clients: [\"*\"], origins: [\"https://a.example/x\"]}]\n"),
        ("a rate without an end", "rules: [{allow: [\"*\"], clients: [\"*\"], rate: 1/0s}]\n"),
        ("a pattern that refers back", #"rules: [{allow: ["*"], clients: ["*"], payload: {x: {pattern: '(a)\1'}}}]"# + "\n"),
        ("an hour that there is not", "rules: [{allow: [\"*\"], clients: [\"*\"], hours: \"09:00-25:00\"}]\n"),
        ("every program", "grants: {executables: [\"*\"]}\n"),
        ("a program that is looked for", "grants: {executables: [git]}\n"),
        ("a folder on a way up", "grants: {folders: [\"~/Projects/../..\"]}\n"),
        ("every bus name", "grants: {dbus: [\"session * * *\"]}\n"),
        ("a key that is none", "grants: {sockets: all}\n"), ("a grant that is no list", "grants: {network: all}\n"),
    ]

    @Test func aHostilePolicyIsRefusedWithItsPlace() async throws {
        for (name, text) in Self.policies {
            var files = BridgeFiles.samples
            files.policies["bad"] = text
            let result = try await TestHome(files).command(["policy", "check"])
            let said = result.output + result.errors
            #expect(result.code == 78, "\(name): \(said.prefix(400))")
            #expect(said.contains("policies/bad.yaml:"), "\(name): \(said.prefix(400))")
        }
    }

    /// Patterns that cost a backtracking engine longer than anybody waits, with a text that brings it out.
    static let slowPatterns: [(pattern: String, text: String)] = [
        ("(a+)+b", String(repeating: "a", count: 3000)),
        ("(a|a)*b", String(repeating: "a", count: 3000)),
        ("(a|aa)+b", String(repeating: "a", count: 3000)),
        ("(.*a){10}b", String(repeating: "a", count: 3000)),
        ("([a-z]+)*[0-9]", String(repeating: "abc", count: 1000)),
        ("(x+x+)+y", String(repeating: "x", count: 3000)),
        ("([^@]+@)+[^@]+[.]example", String(repeating: "a@", count: 1500)),
        ("( *a*)*!", String(repeating: " a", count: 1500)),
    ]

    @Test(arguments: slowPatterns) func noPatternMakesAnEventCostMoreThanItsLength(pattern: String, text: String) async throws {
        var files = BridgeFiles.samples
        files.actions["slow"] = Self.action(parameter: "{type: string, maxLength: 4000, pattern: '\(pattern)'}")
        try await withBridge(files) { bridge in
            let token = try await bridge.token("dashboard")
            let answer = try await bridge.post("/v1/events", event("BAD", "k", ["text": .string(text)]), token: token)
            #expect(answer.status == 422, "\(answer.text.prefix(300))")
            #expect(answer.code == "invalid_event")
        }
    }
}
