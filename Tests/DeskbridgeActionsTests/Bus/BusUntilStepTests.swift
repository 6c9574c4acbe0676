import DBus
import DeskbridgeCore
import Testing

@testable import DeskbridgeActions

/// `until:` and `waitFor:` as action files write them.
struct BusUntilStepTests {
    private static func until(_ lines: String...) -> [String] { BusStepTests.head + ["until:"] + lines.map { "  " + $0 } }

    private static func plan(_ lines: [String], _ parameters: JSONObject = [:], grants: [String] = []) throws -> BusPlan {
        let grants = try Grants(dbus: (["session org.example.Peer org.example.Peer.Echo"] + grants).map { text in try BusGrant(text) })
        return try BusStepTests.parse(lines).plan(BusStepTests.fields(parameters), grants: grants)
    }

    @Test func aWholeUntilBecomesAPlan() throws {
        let lines = Self.until(
            "interface: org.example.Jobs", "member: JobRemoved", #"path: "/org/{name}""#, "signature: uosa{sv}",
            #"where: {0: "{count}", 1: "{reply.0}", "3.state": [ready, "{reply.1.x}"]}"#, "timeout: 2m", "expect: {2: [done, skipped]}",
            "otherwise: retryable")
        let plan = try Self.plan(lines, ["name": "x", "count": 3])
        let until = try #require(plan.until)
        #expect(until.sender.text == "org.example.Peer" && until.interface.text == "org.example.Jobs")
        #expect(plan.summary == "call org.example.Peer.Echo on session, until org.example.Jobs.JobRemoved")
        #expect(
            plan.shown["until"] == [
                "interface": "org.example.Jobs", "member": "JobRemoved", "path": "/org/x", "sender": "org.example.Peer",
                "signature": "uosa{sv}", "where": ["0": 3, "1": "{reply.0}", "3.state": ["ready", "{reply.1.x}"]], "timeout": "2m",
                "expect": ["2": ["done", "skipped"]], "otherwise": "retryable",
            ])
        #expect(try Self.plan(lines, ["name": "x", "count": 3]) == plan)
        #expect(try Self.plan(lines, ["name": "x", "count": 4]) != plan)
    }

    @Test func whatIsLeftOutIsThatOfTheCall() throws {
        let plan = try Self.plan(Self.until("member: Done", "signature: \"\""))
        #expect(
            plan.shown["until"] == [
                "interface": "org.example.Peer", "member": "Done", "path": "/org/example", "sender": "org.example.Peer", "signature": "",
                "timeout": "1m",
            ])
        #expect(plan.shown["waitFor"] == nil)
        #expect(try Self.plan(BusStepTests.head + ["waitFor: name"]).shown["waitFor"] == "name")
    }

    @Test(arguments: [
        ("sa{sv}as", "{0: org.example.Player, 1.PlaybackStatus: [Playing, Paused], \"1.Volume\": 0.5, 2.0: x}"),
        ("(s(ib))", "{0.1.0: 5, 0.1.1: true}"),
        ("v", "{0: 1}"), ("v", "{0.any.thing: x}"), ("ao", "{0.0: /org/example}"), ("t", "{0: 18446744073709551615}"), ("g", "{0: as}"),
        ("sh", "{0: \"{name}\"}"), ("ay", "{0.3: 255}"),
    ])
    func argumentsAndTheirPartsCanBeNamed(_ signature: String, conditions: String) throws {
        let step = try BusStepTests.parse(
            Self.until("member: Done", "signature: \(signature)", "where: \(conditions)", "expect: \(conditions)"))
        #expect(step.until?.conditions.count == step.until?.expectations.count)
    }

    @Test func laterStepsMayNameTheSignal() throws {
        let step = try BusStepTests.parse(Self.until("member: Done", "signature: s"))
        #expect(step.resultType == .object(members: ["reply": .init(.array(of: .any)), "signal": .init(.array(of: .any))]))
        #expect(try BusStepTests.parse(BusStepTests.head).resultType == .object(members: ["reply": .init(.array(of: .any))]))
    }

    @Test(arguments: [
        (["signature: s"], "6:3", "needs the key \"member\""),
        (["member: Done"], "6:3", "needs the key \"signature\""),
        (["member: Done", "signature: a{vs}"], "7:14", "at character 3"),
        (["member: 5", "signature: s"], "6:11", "must be a string"),
        (["member: Done", "signature: s", "were: {0: x}"], "8:3", "Did you mean \"where\""),
        (
            ["member: Done", "signature: s", "where: {1: x}"], "8:11",
            "there is no argument 1: the signature \"s\" has 1 argument, counted from 0"
        ),
        (["member: Done", "signature: s", "where: {first: x}"], "8:11", "\"first\" names no argument"),
        (["member: Done", "signature: s", "where: {\"0.a\": x}"], "8:11", "0 is a string (s) and has no parts"),
        (["member: Done", "signature: s", "where: {0: 5}"], "8:14", "can never be that: a string (s) takes a string"),
        (["member: Done", "signature: u", "where: {0: -1}"], "8:14", "takes 0 to 4294967295"),
        (["member: Done", "signature: s", "where: {0: \"{count}\"}"], "8:14", "what is filled in is an integer"),
        (["member: Done", "signature: s", "where: {0: null}"], "8:14", "is compared with"),
        (["member: Done", "signature: s", "where: {0: []}"], "8:14", "lets nothing pass"),
        (["member: Done", "signature: s", "where: {0: [[a]]}"], "8:15", "is compared with"),
        (["member: Done", "signature: as", "where: {0: a}"], "8:11", "name a part of it, such as 0.0"),
        (["member: Done", "signature: (si)", "where: {0.2: a}"], "8:11", "with 2 members, and \"2\" is none of them"),
        (["member: Done", "signature: as", "where: {0.x: a}"], "8:11", "whose elements are named by position"),
        (["member: Done", "signature: h", "where: {0: 1}"], "8:11", "open file"),
        (["member: Done", "signature: s", "where: {0: \"{reply.0} x\"}"], "8:14", "stands alone"),
        (["member: Done", "signature: s", "where: {0: \"{reply.0|upper}\"}"], "8:14", "stands alone"),
        (["member: Done", "signature: s", "where: {0: \"{reply.x}\"}"], "8:14", "named by position"),
        (["member: Done", "signature: s", "where: {0: \"{nme}\"}"], "8:15", "no field \"nme\""),
        (["member: Done", "signature: s", "path: x"], "8:9", "begin with \"/\""),
        (["member: Done", "signature: s", "sender: x"], "8:11", "two or more parts"),
        (["member: Done", "signature: s", "timeout: 2d"], "8:12", "from 1s to 1d"),
        (["member: Done", "signature: s", "otherwise: retryable"], "8:14", "add expect"),
        (["member: Done", "signature: s", "expect: {0: x}", "otherwise: ignore"], "9:14", "must be retryable or permanent"),
    ])
    func mistakesAreFoundAtLoadWithTheirPlace(_ lines: [String], place: String, message: String) {
        expectMistake(BusStepTests.head + ["until:"] + lines.map { "  " + $0 }, place, message)
    }

    @Test(arguments: [
        ("waitFor: owner", "5:10", "waitFor must be name"), ("waitFor: true", "5:10", "must be a string"),
    ])
    func waitForTakesOneWord(_ line: String, place: String, message: String) { expectMistake(BusStepTests.head + [line], place, message) }

    @Test func aNameThatNeverComesBackCannotBeWaitedFor() throws {
        expectMistake(["destination: \":1.5\""] + BusStepTests.head.dropFirst() + ["waitFor: name"], "1:14", "never comes back")
    }

    @Test func signalsOfOthersNeedAGrant() throws {
        let lines = Self.until("member: Done", "signature: s", "sender: org.example.Other")
        let step = try BusStepTests.parse(lines)
        let violation = try #require(try step.violations(of: BusStepTests.grants()).first)
        #expect(violation.location.line == 8)
        #expect(violation.message.contains("\"session org.example.Other org.example.Peer.Done\""))
        #expect(throws: PlanError.self) { try Self.plan(lines) }
        #expect(try Self.plan(lines, grants: ["session org.example.Other org.example.Peer.Done"]).until?.sender.text == "org.example.Other")
    }

    @Test func secretsOfUntilAreHidden() throws {
        let plan = try Self.plan(Self.until("member: Done", "signature: s", #"where: {0: "{pin}"}"#), ["pin": "k-1234"])
        #expect(!plan.shown.text.contains("k-1234"))
        #expect(plan.shown["until"]?["where"] == ["0": "<secret>"])
        #expect(plan.holdsSecret)
        var lines = Self.until("member: Done", "signature: s")
        lines[1] = #"path: "/org/{pin}""#
        let path = try Self.plan(lines, ["pin": "k_1234"])
        #expect(!path.shown.text.contains("k_1234") && path.shown["until"]?["path"] == "/org/<secret>")
        lines = BusStepTests.head + ["waitFor: name"]
        lines[0] = #"destination: "org.example.{pin}""#
        expectMistake(lines, "1:14", "names a secret parameter")
    }

    private func expectMistake(
        _ lines: [String], _ place: String, _ message: String, sourceLocation: Testing.SourceLocation = #_sourceLocation
    ) {
        let error = #expect(throws: DefinitionError.self, sourceLocation: sourceLocation) { try BusStepTests.parse(lines) }
        #expect(error?.description.hasPrefix("a.yaml:\(place):") == true, "\(String(describing: error))", sourceLocation: sourceLocation)
        #expect(error?.message.contains(message) == true, "\(String(describing: error))", sourceLocation: sourceLocation)
    }
}
