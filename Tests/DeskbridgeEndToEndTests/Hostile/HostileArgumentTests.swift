import DeskbridgeCore
import DeskbridgeTestSupport
import Testing

/// What web pages send, on its way into processes: it stays one argument, one variable, one file of input, letter by letter.
@Suite(.timeLimit(.minutes(5)))
struct HostileArgumentTests {
    /// Tells in hexadecimal what it was given.
    private static let showProgram = """
        #!/bin/sh
        hex() { printf '%s' "$1" | od -An -v -tx1 | tr -d ' \\n'; }
        printf '%s arguments' "$#"
        for argument in "$@"; do printf ' %s' "$(hex "$argument")"; done
        printf ' variable %s' "$(hex "$WORD")"
        printf ' input %s' "$(od -An -v -tx1 | tr -d ' \\n')"
        """

    private static func action(_ name: String, argv: String, more: String = "") -> String {
        """
        action: \(name)
        on: \(name.uppercased())
        confirm: \(name.uppercased())_DONE
        parameters:
          text: {type: string, maxLength: 4000}
        steps:
          - id: show
            process: {argv: \(argv), output: {tail: 1MiB}\(more)}
        result: {said: "{steps.show.stdout}"}
        retry: {attempts: 1}
        """
    }

    private static let files = BridgeFiles(
        configuration: "limits: {rate: 100000/10s}\n",
        actions: [
            "show": action(
                "show", argv: "[$BIN/show, --, \"{text}\", \"--name={text}\"]",
                more: ", environment: {WORD: \"{text}\"}, stdin: {text: \"{text}\"}"),
            "bare": action("bare", argv: "[$BIN/show, \"{text}\"]"),
        ],
        policies: ["open": BridgeFiles.openPolicy.replacing("$BIN/work", with: "$BIN/show")],
        programs: ["show": showProgram])

    private func hex(_ text: String) -> String {
        text.utf8.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    @Test func textReachesAProcessLetterByLetterAndDoesNothing() async throws {
        try await withBridge(Self.files) { bridge in
            let token = try await bridge.token("dashboard")
            let tree = bridge.home.tree("user")
            for (name, text) in HostileText.all {
                let text = text.replacing("$ROOT", with: bridge.home.root)
                let answer = try await bridge.postAndWait(event("SHOW", name, ["text": .string(text)]), token: token)
                #expect(answer.json?["state"] == "succeeded", "\(name): \(answer.text)")
                let code = hex(text)
                let expected = "3 arguments \(hex("--")) \(code) \(hex("--name="))\(code) variable \(code) input \(code)"
                #expect(answer.json?["result"]?["said"] == .string(expected), "\(name): \(answer.text)")
            }
            #expect(bridge.home.read("owned") == nil)
            #expect(bridge.home.tree("user") == tree)
            #expect(try await bridge.serves())
        }
    }

    @Test func noValueBecomesAnOption() async throws {
        try await withBridge(Self.files) { bridge in
            let token = try await bridge.token("dashboard")
            for (number, text) in HostileText.options.enumerated() {
                let answer = try await bridge.post("/v1/events", event("BARE", "option \(number)", ["text": .string(text)]), token: token)
                #expect(answer.status == 422, "\(text): \(answer.text)")
                #expect(answer.json?["errors"]?.arrayValue?.first?["code"] == "option_not_allowed", "\(text): \(answer.text)")
            }
            for (number, text) in HostileText.noOptions.enumerated() {
                let answer = try await bridge.postAndWait(event("BARE", "no option \(number)", ["text": .string(text)]), token: token)
                #expect(
                    answer.json?["result"]?["said"] == .string("1 arguments \(hex(text)) variable  input "), "\(text): \(answer.text)")
            }
        }
    }

    /// The list of events and the log are read by people and programs: one event is one line of the log, and no listing sends a
    /// terminal what an event brought.
    @Test func nothingThatIsReadByPeopleIsForged() async throws {
        try await withBridge(Self.files) { bridge in
            let token = try await bridge.token("dashboard")
            var keys = 0
            for (name, text) in HostileText.all where text.utf8.count <= 200 {
                let key = text.replacing("$ROOT", with: bridge.home.root)
                let answer = try await bridge.post("/v1/events", event("SHOW", key, ["text": "x"]), token: token)
                // A key is shown to people everywhere, so it must be plain; those that are not are refused.
                #expect([202, 422].contains(answer.status), "\(name): \(answer.text)")
                if answer.status == 202 { keys += 1 }
            }
            #expect(keys > 10)
            for command in [["events", "list"], ["queue", "list", "--all"], ["status"]] {
                let listing = try await bridge.home.command(command)
                for scalar in listing.output.unicodeScalars {
                    let isPlain =
                        scalar == "\n" || !(scalar.properties.generalCategory == .control || scalar.properties.generalCategory == .format)
                    #expect(isPlain, "\(command) prints U+\(String(scalar.value, radix: 16, uppercase: true))")
                }
            }
            for line in bridge.log.all { #expect((try? JSONParser.parse(line)) != nil, "no line of the log: \(line)") }
            #expect(!bridge.log.all.contains { (try? JSONParser.parse($0))?["client"] == "admin" })
        }
    }
}
