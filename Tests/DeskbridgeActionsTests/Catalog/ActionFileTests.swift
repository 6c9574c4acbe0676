import DeskbridgeCore
import DeskbridgeTestSupport
import Testing

@testable import DeskbridgeActions

/// What an action file may hold, and how its mistakes are told: with file, line and column.
@Suite struct ActionFileTests {
    static let handlers = HandlerTable([
        FolderHandler(home: "/home/john"), ProcessHandler(environment: [:], home: "/home/john"), ProbeHandler(),
    ])

    static func load(_ yaml: String) throws(DefinitionErrors) -> Action {
        let file = DefinitionFile(name: "a.yaml", bytes: Array(yaml.utf8))
        return try ActionFile.parse(file.node(), handlers: handlers)
    }

    private static let head = "action: a\non: A\nconfirm: A_DONE\n"
    private static let step = "steps: [{id: one, probe: x}]"

    /// An action with these lines from its fourth on.
    private static func with(_ lines: String) -> String { head + lines }

    private static let mistakes: [(yaml: String, errors: [String])] = [
        // The file as a whole.
        ("", ["1:1: an action must be a mapping, not nothing"]),
        ("[]", ["1:1: an action must be a mapping, not a list"]),
        ("just text", ["1:1: an action must be a mapping, not a string"]),
        ("action: a\n  on: A", ["2:5: "]),
        ("action: [", ["2:1: the file ends where a value is expected"]),
        ("action: a\naction: b", ["2:1: "]),
        ("actoin: a", ["1:1: an action has no key \"actoin\". Did you mean \"action\"? Its keys are action, on, confirm, "]),
        (head + step + "\nstep: []", ["5:1: an action has no key \"step\". Did you mean \"steps\"?"]),
        (head + step + "\n1: x", ["5:1: an action has no key \"1\". Its keys are"]),
        // What must be there.
        (
            "{}",
            [
                "1:1: an action needs the key \"action\"", "1:1: an action needs the key \"on\"",
                "1:1: an action needs the key \"confirm\"",
                "1:1: an action needs the key \"steps\"",
            ]
        ),
        ("on: A\nconfirm: B\n" + step, ["1:1: an action needs the key \"action\""]),
        ("action: a\nconfirm: B\n" + step, ["1:1: an action needs the key \"on\""]),
        ("action: a\non: A\n" + step, ["1:1: an action needs the key \"confirm\""]),
        (head, ["1:1: an action needs the key \"steps\""]),
        // Names and types.
        (
            "action: A B\non: A\nconfirm: B\n" + step,
            ["1:9: action must be a word of small letters, digits, - and _, at most 64 long, not \"A B\""]
        ),
        ("action: 5\non: A\nconfirm: B\n" + step, ["1:9: action must be a string, not an integer"]),
        ("action: -a\non: A\nconfirm: B\n" + step, ["1:9: action must be a word of small letters"]),
        ("action: \(String(repeating: "a", count: 65))\non: A\nconfirm: B\n" + step, ["1:9: action must be a word of small letters"]),
        (
            "action: a\non: create\nconfirm: B\n" + step,
            [
                "2:5: on must be an event type of capital letters, digits and _, such as CREATE_RESOURCE, not \"create\""
            ]
        ),
        ("action: a\non: true\nconfirm: B\n" + step, ["2:5: on must be a string, not a boolean"]),
        ("action: a\non: [A, B]\nconfirm: B\n" + step, ["2:5: on must be a string, not a list"]),
        ("action: a\non: A-B\nconfirm: c\n" + step, ["2:5: on must be an event type", "3:10: confirm must be an event type"]),
        ("action: a\non: A\nconfirm:\n" + step, ["3:9: confirm must be a string, not nothing"]),
        (with("description: [a]\n" + step), ["4:14: description must be a string, not a list"]),
        // Steps.
        (with("steps: []"), ["4:8: steps must hold from 1 to 64 steps, not 0"]),
        (with("steps:"), ["4:7: steps must be a list, not nothing"]),
        (with("steps: {id: one, probe: x}"), ["4:8: steps must be a list, not a mapping"]),
        (
            with("steps: [\((1...65).map { "{id: s\($0), probe: x}" }.joined(separator: ", "))]"),
            ["4:8: steps must hold from 1 to 64 steps, not 65"]
        ),
        (with("steps: [x]"), ["4:9: a step must be a mapping, not a string"]),
        (with("steps: [{probe: x}]"), ["4:9: a step needs the key \"id\""]),
        (with("steps: [{id: one}]"), ["4:9: the step \"one\" needs exactly one of folder, process, probe, and has 0"]),
        (
            with("steps:\n  - id: one\n    probe: x\n    folder: {root: /r, name: n}"),
            [
                "5:5: the step \"one\" needs exactly one of folder, process, probe, and has 2"
            ]
        ),
        (
            with("steps: [{id: one, prob: x}]"),
            ["4:19: a step has no key \"prob\". Did you mean \"probe\"? Its keys are id, folder, process, probe,"]
        ),
        (with("steps: [{id: one, probe: x, safe: true}]"), ["4:29: a step has no key \"safe\""]),
        (with("steps: [{id: One, probe: x}]"), ["4:14: id must be a word of small letters"]),
        (with("steps: [{id: 1, probe: x}]"), ["4:14: id must be a string, not an integer"]),
        (with("steps:\n  - {id: one, probe: x}\n  - {id: one, probe: y}"), ["6:10: another step has the id \"one\" already"]),
        (with("steps: [{id: one, probe: x, optional: maybe}]"), ["4:39: optional must be true or false, not a string"]),
        (with("steps: [{id: one, probe: x, safeToRepeat: 1}]"), ["4:43: safeToRepeat must be true or false, not an integer"]),
        (with("steps: [{id: one, probe: [x]}]"), ["4:26: probe must be a string, not a list"]),
        (with("steps: [{id: one, folder: {root: ~/p}}]"), ["4:27: folder needs the key \"name\""]),
        (with("steps: [{id: one, process: {argv: [git]}}]"), ["4:36: argv[0] must be the absolute path of the executable"]),
        // Fields.
        (
            with("steps: [{id: one, probe: \"{nmae}\"}]\nparameters: {name: {type: string}}"),
            [
                "4:27: there is no field \"nmae\". Did you mean \"name\"?"
            ]
        ),
        (with("steps: [{id: one, probe: \"{steps.two.x}\"}, {id: two, probe: x}]"), ["4:27: "]),
        (with("steps: [{id: one, probe: \"{steps.one.x}\"}]"), ["4:27: "]),
        (
            with("steps:\n  - {id: one, folder: {root: /r, name: n}}\n  - {id: two, probe: \"{steps.one.pth}\"}"),
            [
                "6:23: \"steps.one\" has no member \"pth\". Did you mean \"path\"? Its members are created, name, path."
            ]
        ),
        (
            with("steps:\n  - {id: one, folder: {root: /r, name: n}, optional: true}\n  - {id: two, probe: \"{steps.one.path}\"}"),
            ["6:23: "]
        ),
        (with("parameters: {n: {type: string, optional: true}}\nsteps: [{id: one, probe: \"{n}\"}]"), ["5:27: "]),
        (with("steps: [{id: one, probe: \"{\"}]"), ["4:27: "]),
        // A step with a mistake is not missed by later ones; what they do wrong besides is told.
        (
            with("steps:\n  - {id: one, probe: \"{nmae}\"}\n  - {id: two, probe: \"{steps.one.x|upper} {steps.tow.y}\"}"),
            ["5:23: ", "6:43: \"steps\" has no member \"tow\"."]
        ),
        (with("steps:\n  - {id: one, probe: \"{nmae}\"}\n  - {id: two, probe: \"{steps.one.x} {steps.one.y.0}\"}"), ["5:23: "]),
        (
            with("steps:\n  - {id: One, probe: x}\n  - {id: two, probe: \"{steps.One.x}\"}\n  - {id: c, probe: \"{steps.two.x}\"}"),
            ["5:10: "]
        ),
        (with("steps:\n  - {id: one, probe: \"{nmae}\"}\n  - {id: one, probe: x}"), ["5:23: ", "6:10: another step has the id \"one\""]),
        // A mistake in one step hides none in another.
        (
            with("steps:\n  - {id: one, probe: \"{x}\"}\n  - {id: two, probe: \"{y}\"}"),
            ["5:23: there is no field \"x\"", "6:23: there is no field \"y\""]
        ),
        // Parameters.
        (with("parameters: []\n" + step), ["4:13: parameters must be a mapping, not a list"]),
        (with("parameters: {a: {type: text}}\n" + step), ["4:24: "]),
        (with("parameters: {a: {type: string, maxLenght: 3}}\n" + step), ["4:32: "]),
        (with("parameters: {a: string}\n" + step), ["4:17: the parameter \"a\" must be a mapping, not a string"]),
        (
            with("parameters: {date: {type: string}}\n" + step),
            ["4:14: no parameter can be called \"date\": templates mean something else by it"]
        ),
        (with("parameters: {steps: {type: string}}\n" + step), ["4:14: no parameter can be called \"steps\""]),
        (with("parameters: {event: {type: string}}\n" + step), ["4:14: no parameter can be called \"event\""]),
        (with("parameters: {a: {type: integer, minimum: 5, maximum: 1}}\n" + step), ["4:"]),
        (with("parameters: {a: {type: x}, b: {type: y}}\n" + step), ["4:24: ", "4:38: "]),
        // The rest.
        (with(step + "\nresult: x"), ["5:9: result must be a mapping, not a string"]),
        (with(step + "\nresult: {a: \"{b}\"}"), ["5:14: there is no field \"b\""]),
        (
            with("parameters: {p: {type: string, secret: true}}\n" + step + "\nresult: {p: \"{p}\"}"),
            [
                "6:9: result names a secret parameter, which must not go back to the web page"
            ]
        ),
        (
            with(
                "parameters: {p: {type: object, properties: {q: {type: string, secret: true}}}}\n" + step + "\nresult: {p: \"{p.q|slug}\"}"),
            [
                "6:9: result names a secret parameter"
            ]
        ),
        (with(step + "\nretry: 5"), ["5:8: retry must be a mapping, not an integer"]),
        (with(step + "\nretry: {attempt: 5}"), ["5:9: retry has no key \"attempt\". Did you mean \"attempts\"?"]),
        (
            with(step + "\nretry: {attempts: 0, initial: 5}"),
            ["5:19: retry.attempts must be from 1 to 100, not 0", "5:31: retry.initial must be a duration"]
        ),
        (with(step + "\nretry: {jitter: some}"), ["5:17: retry.jitter can't be \"some\"."]),
        (with(step + "\nexpires: 60"), ["5:10: expires must be a duration such as 250ms, 30s, 5m, 12h or 30d, not 60"]),
        (with(step + "\nexpires: soon"), ["5:10: expires must be a duration"]),
        (with(step + "\nconcurrency: 1"), ["5:14: concurrency must be a mapping, not an integer"]),
        (with(step + "\nconcurrency: {}"), ["5:14: concurrency needs the key \"limit\""]),
        (with(step + "\nconcurrency: {limit: 0}"), ["5:22: limit must be from 1 to 1000, not 0"]),
        (with(step + "\nconcurrency: {limit: 1, kee: x}"), ["5:25: concurrency has no key \"kee\". Did you mean \"key\"?"]),
        (with(step + "\nconcurrency: {limit: 1, key: \"{x}\"}"), ["5:31: there is no field \"x\""]),
        (with(step + "\nconcurrency: {limit: 1, key: \"{steps.one.x}\"}"), ["5:31: "]),
        (
            with("parameters: {p: {type: string, secret: true}}\n" + step + "\nconcurrency: {limit: 1, key: \"{p}\"}"),
            [
                "6:30: key names a secret parameter, which must not be shown in the queue"
            ]
        ),
        // Several at once, in one reading. What may name results is only read once all steps are right.
        (
            "action: A\non: a\nconfirm: b\nexpires: x\nretry: {attempts: x}\nsteps: [{id: one, probe: \"{x}\"}]\nresult: []",
            [
                "1:9: action", "2:5: on", "3:10: confirm", "5:19: retry.attempts", "4:10: expires", "6:27: there is no field",
            ]
        ),
    ]

    @Test(arguments: mistakes.indices) func aMistakeIsToldWithItsPlace(row: Int) {
        let (yaml, expected) = Self.mistakes[row]
        do throws(DefinitionErrors) {
            _ = try Self.load(yaml)
            Issue.record("no mistake was found")
        } catch {
            let found = error.errors.map(\.description)
            #expect(found.count == expected.count, "\(found)")
            for (found, expected) in zip(found, expected) {
                #expect(found.hasPrefix("a.yaml:\(expected)"))
                #expect(!found.hasSuffix(": "), "the message is empty")
            }
        }
    }

    @Test func anActionIsReadWithAllItsParts() throws {
        let action = try Self.load(
            """
            action: create-resource
            on: CREATE_RESOURCE
            confirm: RESOURCE_CREATED
            description: Makes folders.
            parameters:
              name: {type: string}
              password: {type: string, secret: true}
            steps:
              - {id: project, folder: {root: ~/Projects, name: "{name|slug}"}}
              - {id: tell, probe: "{steps.project.path} {password}", optional: true}
              - {id: again, probe: "{event.id} {date:yyyy} {steps.tell.x|default:none}", safeToRepeat: true}
            result: {path: "{steps.project.path}"}
            retry: {attempts: 8, initial: 2s}
            concurrency: {limit: 3, key: "{name}"}
            expires: 1h
            """)
        #expect(action.name == "create-resource")
        #expect(action.type.text == "CREATE_RESOURCE")
        #expect(action.confirm.text == "RESOURCE_CREATED")
        #expect(action.description == "Makes folders.")
        #expect(action.steps.map(\.id) == ["project", "tell", "again"])
        #expect(action.steps.map(\.kind) == ["folder", "probe", "probe"])
        #expect(action.steps.map(\.isOptional) == [false, true, false])
        #expect(action.steps.map(\.isSafeToRepeat) == [true, false, true])
        #expect(action.parameters.secretNames == ["password"])
        #expect(action.retry.attempts == 8)
        #expect(action.concurrency?.limit == 3)
        #expect(action.expires == .seconds(3600))
        #expect(action.location.description == "a.yaml:1:1")
    }

    @Test(arguments: [
        head + step,
        with("description: \"\"\nparameters: {}\n" + step),
        with("steps: [{id: \(String(repeating: "a", count: 64)), probe: x}]"),
        with("steps: [\((1...64).map { "{id: s\($0), probe: x}" }.joined(separator: ", "))]"),
        with("steps: [{id: one, probe: \"a {{ brace }}\"}]"),
        with("steps: [{id: one-two_3, probe: x}, {id: two, probe: \"{steps.one-two_3.a.b.0}\"}]"),
        with(step + "\nresult: {}"), with(step + "\nresult: {a: 1, b: [true, null], c: {d: \"{date}\"}}"),
        with(step + "\nconcurrency: {limit: 1000}"),
        with("parameters: {p: {type: string, secret: true}}\nsteps: [{id: one, probe: \"{p}\"}]"),
    ])
    func thisIsAnAction(yaml: String) throws {
        let action = try Self.load(yaml)
        #expect(action.retry == .standard || action.name == "a")
    }

    @Test func whatIsNotSaidHasItsDefault() throws {
        let action = try Self.load(Self.head + Self.step)
        #expect(action.retry == .standard)
        #expect(action.concurrency == nil)
        #expect(action.expires == nil)
        #expect(action.result == nil)
        #expect(action.description == nil)
        #expect(action.parameters.isEmpty)
        #expect(!action.steps[0].isSafeToRepeat)
        #expect(!action.steps[0].isOptional)
    }
}
