import DeskbridgeCore
import Testing

@testable import DeskbridgeActions

/// What a plan says, and which values it refuses.
struct ProcessPlanTests {
    private func fixture(_ value: String) -> ProcessFixture {
        ProcessFixture(home: "/home/ada", fields: ["x": FieldDeclaration(.string)], values: ["x": .string(value)])
    }

    private func refusal(_ yaml: String, _ value: String) -> PlanRefusal? {
        do { _ = try fixture(value).plan(yaml) } catch PlanError.refused(let refusal) { return refusal } catch { Issue.record(error) }
        return nil
    }

    @Test(arguments: [
        // element, value, whether it may run
        (#""{x}""#, "-rf", false), (#""{x}""#, "--help", false), (#""{x}""#, "-", false), (#""{x}""#, "--", false),
        (#""{x}""#, "a-b", true), (#""{x}""#, "", true), (#""{x}""#, " -a", true), (#""{x}""#, "\u{2212}a", true),
        (#""-n{x}""#, "5", true), (#""--name={x}""#, "-rf", true), (#""a{x}""#, "-rf", true), (#""{x}{x}""#, "-a", false),
        (#"{value: "{x}", mayBeOption: true}"#, "-rf", true), (#"{value: "{x}", mayBeOption: false}"#, "-rf", false),
        (#"--, "{x}""#, "-rf", true), (#""{x}", --"#, "-rf", false), (#"--, a, "{x}""#, "--", true), (#""-- ", "{x}""#, "-a", false),
        // A value that turns into -- ends nothing.
        (#"{value: "{x}", mayBeOption: true}, "{x}""#, "--", false),
    ])
    func aValueBecomesAnOptionOnlyWhereItMay(elements: String, value: String, isAllowed: Bool) {
        #expect(refusal("argv: [/bin/echo, \(elements)]", value)?.code == (isAllowed ? nil : .optionNotAllowed))
    }

    @Test func theRefusalOfAnOptionSaysWhatToDo() {
        let refusal = refusal(#"argv: [/bin/rm, "{x}"]"#, "-rf")
        #expect(refusal?.message.contains("argv[1]") == true)
        #expect(refusal?.message.contains("mayBeOption") == true)
    }

    @Test(arguments: [
        #"argv: [/bin/echo, "a{x}"]"#, "argv: [/bin/echo]\nenvironment: {A: \"{x}\"}", "argv: [/bin/echo]\ndirectory: \"/tmp/{x}\"",
    ])
    func noNULReachesTheKernel(yaml: String) {
        #expect(refusal(yaml, "a\0b")?.code == .forbiddenCharacter)
    }

    @Test(arguments: [
        (#"argv: [/bin/echo, "{x}"]"#, 131_071, true), (#"argv: [/bin/echo, "{x}"]"#, 131_072, false),
        ("argv: [/bin/echo]\nenvironment: {A: \"{x}\"}", 131_069, true), ("argv: [/bin/echo]\nenvironment: {A: \"{x}\"}", 131_070, false),
        // Eight of 128 KiB are 1 MiB, with nothing left for the rest.
        (#"argv: [/bin/echo, "{x}", "{x}", "{x}", "{x}", "{x}", "{x}", "{x}"]"#, 131_071, true),
        (#"argv: [/bin/echo, "{x}", "{x}", "{x}", "{x}", "{x}", "{x}", "{x}", "{x}"]"#, 131_071, false),
    ])
    func whatIsTooLongForTheKernelIsRefused(yaml: String, length: Int, isAllowed: Bool) {
        #expect(refusal(yaml, String(repeating: "a", count: length))?.code == (isAllowed ? nil : .tooLong))
    }

    @Test(arguments: [
        ("\"~\"", "", "/home/ada"), ("~/work", "", "/home/ada/work"), ("\"~/{x}\"", "a b", "/home/ada/a b"), ("/srv", "", "/srv"),
        ("\"{x}\"", "/srv/x", "/srv/x"), ("\"/srv/{x}\"", "~", "/srv/~"),
    ])
    func theDirectoryIsTheOneThatIsMeant(written: String, value: String, directory: String) throws {
        #expect(try fixture(value).plan("argv: [/bin/echo]\ndirectory: \(written)").directory.value == directory)
    }

    @Test func withoutADirectoryItIsTheHomeFolder() throws {
        #expect(try fixture("").plan("argv: [/bin/echo]").directory.value == "/home/ada")
    }

    @Test(arguments: [
        ("\"{x}\"", "~", PlanRefusal.Code.invalidArgument), ("\"{x}\"", "~/a", .invalidArgument), ("\"{x}\"", "a", .invalidArgument),
        ("\"{x}\"", "", .invalidArgument), ("\"~{x}\"", "root", .invalidArgument), ("\"/srv/{x}\"", "..", .unsafeEdge),
        ("\"/srv/{x}\"", "../etc", .unsafeEdge), ("\"/srv/{x}\"", "a/../../etc", .unsafeEdge), ("\"/srv/{x}/a\"", ".", .unsafeEdge),
        // A combining mark makes one Character with the slash before it, but not for the kernel.
        ("\"/srv/{x}\"", "../\u{301}a", .unsafeEdge),
    ])
    func aValueLeadsTheDirectoryNowhereElse(written: String, value: String, code: PlanRefusal.Code) {
        #expect(refusal("argv: [/bin/echo]\ndirectory: \(written)", value)?.code == code)
    }

    @Test func theEnvironmentIsBuiltFromNothing() throws {
        var fixture = fixture("v")
        fixture.environment = [
            "HOME": "/home/ada", "PATH": "/evil", "LC_ALL": "C.UTF-8", "XDG_CONFIG_HOME": "/c", "XDG_SESSION_TYPE": "wayland",
            "XDG_DATA_DIRS": "/d", "SECRET": "s", "LD_PRELOAD": "/x.so", "EXTRA": "e", "SSH_AUTH_SOCK": "/s", "DISPLAY": ":0",
        ]
        let plan = try fixture.plan(
            "argv: [/bin/echo]\nenvironment: {B: \"{x}\", A: 5, DISPLAY: \":9\"}\ninheritEnvironment: [EXTRA, NOT_SET]")
        #expect(
            plan.environment.map { "\($0.name)=\($0.text.value)" } == [
                "A=5", "B=v", "DISPLAY=:9", "EXTRA=e", "HOME=/home/ada", "LC_ALL=C.UTF-8", "PATH=/usr/local/bin:/usr/bin:/bin",
                "XDG_CONFIG_HOME=/c", "XDG_SESSION_TYPE=wayland",
            ])
    }

    @Test func aPATHOfTheActionsOwnReplacesTheUsualOne() throws {
        #expect(try fixture("").plan("argv: [/bin/echo]\nenvironment: {PATH: /opt/bin}").environment.map(\.text.value) == ["/opt/bin"])
    }

    @Test func standardInputIsThePayloadOrATextOrNothing() throws {
        var fixture = fixture("é")
        fixture.payload = ["x": "é", "n": [1, -2500, .null], "t": "a\nb"]
        #expect(
            try fixture.plan("argv: [/bin/cat]\nstdin: payload").input?.value == #"{"x":"é","n":[1,-2500,null],"t":"a\nb"}"#)
        #expect(try fixture.plan("argv: [/bin/cat]\nstdin: {text: \"<{x}>\\n\"}").input?.value == "<é>\n")
        #expect(try fixture.plan("argv: [/bin/cat]\nstdin: none").input == nil)
        #expect(try fixture.plan("argv: [/bin/cat]").input == nil)
    }

    @Test func withoutAGrantThereIsNoPlan() throws {
        let fixture = fixture("")
        let step = try fixture.step("argv: [/bin/echo]")
        #expect(throws: PlanError.refused(.notGranted, "the executable /bin/echo is not granted")) {
            try step.plan(fixture.fieldValues, grants: Grants(executables: [try AbsolutePath("/bin/ech")]))
        }
    }

    @Test func equalValuesMakeEqualPlans() throws {
        let yaml = #"argv: [/bin/echo, "{x}"]"#
        #expect(try fixture("a").plan(yaml) == fixture("a").plan(yaml))
        #expect(try fixture("a").plan(yaml) != fixture("b").plan(yaml))
    }

    @Test(arguments: [
        ("a", "a"), ("", "''"), ("a b", "'a b'"), ("$(id)", "'$(id)'"), ("it's", #"'it'\''s'"#), ("a\nb", #"$'a\nb'"#),
        ("a\u{1B}[2J", #"$'a\u001b[2J'"#), ("é", "'é'"), ("a'\t\\", #"$'a\'\t\\'"#), ("*", "'*'"), ("~", "'~'"),
    ])
    func theSummaryIsQuotedForPeople(value: String, shown: String) throws {
        #expect(try fixture(value).plan(#"argv: [/bin/echo, --, "{x}"]"#).summary == "/bin/echo -- \(shown)")
    }
}
