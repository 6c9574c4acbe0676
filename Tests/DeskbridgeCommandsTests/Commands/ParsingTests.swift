import ArgumentParser
import DeskbridgeCommands
import DeskbridgeCore
import Testing

@Suite struct ParsingTests {
    @Test(arguments: [
        "queue show abc", "queue show", "queue retry", "queue list --state done", "queue list --limit 0", "queue list --limit 501",
        "queue resolve last", "queue resolve last --as maybe", "queue resolve last --as failed --result {}",
        "queue resolve last --as succeeded --message no", "send", "send create", "send CREATE --payload {} --payload-file x",
        "send CREATE --set =1", "send CREATE --set a", "send CREATE --wait -1", "send CREATE --wait x", "send CREATE --format xml",
        "send CREATE --key=", "send CREATE --home=", "events tail --since -1", "events tail --count 0", "token create Dash",
        "token create dash --origin *", "token create dash --origin https://a.example/", "token create dash --origin null",
        "token create dash --expires 90", "token create dash --expires 0d", "token create dash --expires 59s",
        "token create local", "token create dash --rate 60", "token rotate t --overlap soon",
        "init --port 0", "init --port 65536", "status extra", "status --fromat json",
    ])
    func whatIsWrongOnTheCommandLineEndsWith64(line: String) {
        do {
            _ = try Deskbridge.parseAsRoot(line.split(separator: " ").map(String.init))
            Issue.record("it parsed")
        } catch {
            #expect(Deskbridge.exitCode(for: error).rawValue == ExitStatus.usage.rawValue)
        }
    }

    @Test(
        arguments: [
            ("a=3", "a", .integer(3)), ("a=03", "a", .string("03")), ("a=true", "a", .bool(true)), ("a=x=y", "a", .string("x=y")),
            ("a=", "a", .string("")), ("a=[1]", "a", .array([.integer(1)])), ("a=\"3\"", "a", .string("3")), ("a=null", "a", .null),
            ("a={", "a", .string("{")), ("a b= c", "a b", .string(" c")),
        ] as [(String, String, JSONValue)])
    func aFieldIsJSONIfItReadsAsJSON(argument: String, name: String, value: JSONValue) throws {
        let assignment = try #require(Assignment(argument: argument))
        #expect(assignment.name == name)
        #expect(assignment.value == value)
    }

    @Test(arguments: ["", "=", "=1", "a"]) func aFieldNeedsANameAndAnEqualsSign(argument: String) {
        #expect(Assignment(argument: argument) == nil)
    }

    @Test func fieldsAreSetInThePayload() throws {
        let options = try PayloadOptions.parse(["--payload", #"{"a":1,"b":2}"#, "--set", "b=3", "--set", "c=x"])
        #expect(try JSONValue.object(options.object()).text == #"{"a":1,"b":3,"c":"x"}"#)
    }

    @Test(arguments: [["--payload", "-"], ["--payload-file", "-"], ["--payload-file", "p.json"]])
    func aPayloadMayBeReadFromElsewhere(arguments: [String]) throws {
        let options = try PayloadOptions.parse(arguments)
        let object = try options.object(reading: { path in Array(#"{"from":"\#(path)"}"#.utf8) })
        #expect(object == ["from": .string(arguments[1])])
    }

    @Test(arguments: [
        ("{", "The payload from --payload is no JSON: line 1, column 2: a member name in double quotes is expected here."),
        (
            "[]",
            "The payload from --payload must be a JSON object such as {\"name\":\"Project_001\"}, not array."
        ),
    ])
    func aPayloadThatIsNoObjectIsADataError(payload: String, message: String) throws {
        let options = try PayloadOptions.parse(["--payload", payload])
        #expect(throws: CommandFailure(message, .dataError)) { try options.object() }
    }

    @Test func aPayloadFileThatIsMissingIsNamed() throws {
        let options = try PayloadOptions.parse(["--payload-file", "/nowhere/p.json"])
        #expect(throws: CommandFailure("Cannot read /nowhere/p.json: No such file or directory.", .dataError)) { try options.object() }
    }

    @Test func anEventIsNamedByItsIDInAnyCaseOrAsTheLast() {
        #expect(EventReference(argument: "last") == .last)
        #expect(EventReference(argument: Samples.id.uppercased()) == .id(Samples.id))
        #expect(EventReference(argument: "../tokens") == nil)
    }

    @Test(
        arguments: [
            (["quue", "list"], "quue", "queue"), (["queue", "lst"], "lst", "list"), (["xyzzy"], "xyzzy", nil),
            (["token", "creat", "a"], "creat", "create"), (["help", "que"], "que", "queue"), (["help", "xyzzy"], "xyzzy", nil),
            (["help", "queue", "lst"], "lst", "list"),
        ] as [([String], String, String?)])
    func aMistypedCommandIsRecognised(arguments: [String], word: String, nearest: String?) throws {
        let mistake = try #require(CommandNameMistake.find(in: arguments, of: Deskbridge.self))
        #expect(mistake.word == word)
        #expect(mistake.nearest == nearest)
    }

    @Test(arguments: [
        [], ["--help"], ["help"], ["help", "send"], ["help", "queue", "list"], ["help", "--help"], ["queue"], ["queue", "list", "x"],
        ["send", "nosuch"], ["queue", "--help"],
    ])
    func whatIsNoCommandNameIsLeftToTheParser(arguments: [String]) {
        #expect(CommandNameMistake.find(in: arguments, of: Deskbridge.self) == nil)
    }

    @Test func notWaitingIsNotTheSameAsWaitingForNoTime() throws {
        #expect(try WaitOptions.parse([]).duration == .seconds(60))
        #expect(try WaitOptions.parse(["--wait", "0"]).duration == .zero)
        #expect(try WaitOptions.parse(["--no-wait"]).duration == nil)
    }
}
