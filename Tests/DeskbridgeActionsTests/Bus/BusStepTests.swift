import DBus
import DeskbridgeCore
import Testing

@testable import DeskbridgeActions

struct BusStepTests {
    static let scope = TemplateScope([
        "name": FieldDeclaration(.string), "count": FieldDeclaration(.integer), "ratio": FieldDeclaration(.number),
        "flag": FieldDeclaration(.boolean), "tags": FieldDeclaration(.array(of: .string)), "sizes": FieldDeclaration(.array(of: .integer)),
        "hints": FieldDeclaration(.object(members: [:])), "pin": FieldDeclaration(.string, isSecret: true),
        "keys": FieldDeclaration(.object(members: [:]), isSecret: true),
        "date": FieldDeclaration(.timestamp),
    ])

    static func parse(_ lines: [String]) throws -> BusStep {
        try BusHandler().parse(YAMLParser.parse(lines.joined(separator: "\n"), file: "a.yaml"), in: scope)
    }

    static let head = ["destination: org.example.Peer", "path: /org/example", "interface: org.example.Peer", "member: Echo"]

    static func fields(_ parameters: JSONObject) -> FieldValues {
        FieldValues(parameters: parameters, secretNames: ["pin"], date: Timestamp(milliseconds: 0))
    }

    static func grants() throws -> Grants { Grants(dbus: [try BusGrant("session org.example.Peer org.example.Peer.Echo")]) }

    @Test func aWholeStepBecomesAPlan() throws {
        let step = try Self.parse(
            Self.head + [
                "bus: session", "signature: susa{sv}i",
                #"arguments: ["{name}", "{count}", "n {name} {{x}}", {urgency: {"@": "y", value: 2}}, -1]"#,
                "timeout: 2m", "start: never", "errors: {org.example.Busy: retryable}",
            ])
        let plan = try step.plan(Self.fields(["name": "x", "count": 3]), grants: Self.grants())
        #expect(plan.bus == .session)
        #expect(
            plan.call.arguments == [
                .string("x"), .uint32(3), .string("n x {x}"),
                .array(of: .entry(key: .string, value: .variant), [.entry(key: .string("urgency"), value: .variant(.byte(2)))]), .int32(-1),
            ])
        #expect(plan.call.timeout == .seconds(120))
        #expect(!plan.call.startsService)
        #expect(plan.summary == "call org.example.Peer.Echo on session")
        #expect(
            plan.shown == [
                "bus": "session", "destination": "org.example.Peer", "path": "/org/example", "interface": "org.example.Peer",
                "member": "Echo",
                "signature": "susa{sv}i", "arguments": ["x", 3, "n x {x}", ["urgency": ["@": "y", "value": 2]], -1], "timeout": "2m",
                "start": "never",
                "errors": ["org.example.Busy": "retryable"],
            ])
        #expect(try step.plan(Self.fields(["name": "x", "count": 3]), grants: Self.grants()) == plan)
        #expect(try step.plan(Self.fields(["name": "x", "count": 4]), grants: Self.grants()) != plan)
    }

    @Test func whatIsLeftOutHasDefaults() throws {
        let plan = try Self.parse(Self.head).plan(Self.fields([:]), grants: Self.grants())
        #expect(plan.bus == .session)
        #expect(plan.call.signature.text == "")
        #expect(plan.call.timeout == .seconds(25))
        #expect(plan.call.startsService)
        #expect(plan.errors.isEmpty)
    }

    @Test(arguments: [
        ("bus: sesion", "a.yaml:5:6", "neither session nor system"),
        ("bus: unixexec:path=/bin/sh", "a.yaml:5:6", "begins with unix:"),
        ("bus: unix:path=/a;unixexec:path=/b", "a.yaml:5:6", "only unix:"),
        ("signature: a{vs}", "a.yaml:5:12", "at character 3"),
        ("signature: sh", "a.yaml:5:12", "open file (h) at character 2"),
        ("timeout: 0s", "a.yaml:5:10", "timeout must be from 1s to 1h, not \"0s\""),
        ("timeout: 2h", "a.yaml:5:10", "from 1s to 1h, not \"2h\""),
        ("timeout: soon", "a.yaml:5:10", "must be a duration"),
        ("start: always", "a.yaml:5:8", "start must be auto"),
        ("errors: {Busy: retryable}", "a.yaml:5:10", "no valid D-Bus error name"),
        ("errors: {org.example.Busy: maybe}", "a.yaml:5:28", "must be retryable or permanent"),
        ("arguments: [1]", "a.yaml:5:12", "takes no arguments, but there is 1"),
        ("singature: s", "a.yaml:5:1", "Did you mean \"signature\""),
        ("signature: s", "a.yaml:5:12", "takes 1 argument, but there are 0"),
    ])
    func mistakesAreFoundAtLoadWithTheirPlace(_ line: String, place: String, message: String) {
        expectMistake(Self.head + [line], place, message)
    }

    @Test(arguments: [
        (0, "destination: org", "a.yaml:1:14", "two or more parts"),
        (1, "path: org/example", "a.yaml:2:7", "begin with \"/\""),
        (2, "interface: Peer", "a.yaml:3:12", "two or more parts"),
        (2, "interface: \"org.{name}\"", "a.yaml:3:12", "cannot be filled from the event"),
        (2, "interface: org.freedesktop.DBus.Local", "a.yaml:3:12", "reserved"),
        (3, "member: Do It", "a.yaml:4:9", "only letters"),
        (3, "member: 5", "a.yaml:4:9", "must be a string"),
        (0, "destination: \"org.{nam}\"", "a.yaml:1:", "nam"),
    ])
    func namesAreCheckedAtLoad(_ index: Int, line: String, place: String, message: String) {
        var lines = Self.head
        lines[index] = line
        expectMistake(lines, place, message)
    }

    @Test(arguments: ["destination", "path", "interface", "member"])
    func whatEveryCallNeedsIsRequired(_ key: String) {
        expectMistake(Self.head.filter { !$0.hasPrefix(key) }, "a.yaml:1:1", "needs the key \"\(key)\"")
    }

    @Test(arguments: [
        ("i", #"["5"]"#, 13, "leave the quotes out"),
        ("i", "[5000000000]", 13, "takes -2147483648 to 2147483647"),
        ("asi", #"[["{name}", 5], 1]"#, 24, "arguments/0/1: a string (s) takes a string"),
        ("a{sv}", #"[{title: "{name}", x: []}]"#, 34, "arguments/0/x: an empty array"),
        ("i", #"["{name}"]"#, 13, "cannot be filled from {name}, which is a string"),
        ("s", #"["{count}"]"#, 13, "cannot be filled from {count}, which is an integer"),
        ("b", #"["{count}"]"#, 13, "cannot be filled from {count}"),
        ("i", #"["{name}{count}"]"#, 13, "cannot be filled from a text with placeholders"),
        ("as", #"["{sizes}"]"#, 13, "cannot be filled from {sizes}, which is an array"),
        ("v", #"["{sizes}"]"#, 13, "cannot be filled from {sizes}"),
        ("(is)", #"[["{count}"]]"#, 13, "takes 2 members, but there is 1"),
        ("(is)", #"[["{name}", "{name}"]]"#, 14, "arguments/0/0"),
        ("a{is}", #"[{one: "{name}"}]"#, 19, "the keys of this dictionary are numbers"),
        ("a{ss}", #"[[["{name}"]]]"#, 14, "is [key, value]"),
        ("v", #"[{"@": "y", value: "{name}"}]"#, 31, "arguments/0/value: a byte (y) cannot be filled"),
        ("v", #"[{"@": "{name}", value: 1}]"#, 13, "without placeholders"),
        ("v", #"[{"@": "ii", value: "{count}"}]"#, 19, "names 2 types"),
        ("s", #"[{x: "{name}"}]"#, 13, "cannot be filled from an object"),
        ("s", #"[["{name}"]]"#, 13, "cannot be filled from an array"),
    ])
    func argumentsThatNoEventCouldMendAreFoundAtLoad(_ signature: String, arguments: String, column: Int, message: String) {
        expectMistake(Self.head + ["signature: \(signature)", "arguments: \(arguments)"], "a.yaml:6:\(column)", message)
    }

    @Test(arguments: [
        ("i", #"["{count}"]"#), ("d", #"["{ratio}"]"#), ("d", #"["{count}"]"#), ("b", #"["{flag}"]"#), ("as", #"["{tags}"]"#),
        ("ai", #"["{sizes}"]"#), ("v", #"["{tags}"]"#), ("v", #"["{name}"]"#), ("v", #"["{hints}"]"#), ("a{sv}", #"["{hints}"]"#),
        ("s", #"["{date}"]"#), ("s", #"["{count:03}"]"#), ("o", #"["/org/{name}"]"#), ("a{sv}", #"[{a: "{count}", b: ["{name}"]}]"#),
        ("ay", #"[{base64: "{name}"}]"#), ("ay", #"[["{count}", 2]]"#), ("a(si)", #"[[["{name}", "{count}"]]]"#),
        ("a{ss}", #"[[["{name}", x]]]"#),
        ("v", #"[{"@": "y", value: "{count}"}]"#),
    ])
    func placeholdersOfFittingTypesAreAccepted(_ signature: String, arguments: String) throws {
        _ = try Self.parse(Self.head + ["signature: \(signature)", "arguments: \(arguments)"])
    }

    @Test func destinationAndPathMayBeFilledAndAreCheckedAgain() throws {
        var lines = Self.head
        lines[0] = #"destination: "org.example.{name}""#
        lines[1] = #"path: "/org/example/{name}""#
        let step = try Self.parse(lines)
        let grants = try Self.grants()
        #expect(try step.plan(Self.fields(["name": "Peer"]), grants: grants).call.path.text == "/org/example/Peer")
        expectRefusal(.invalidArgument, "destination: what was filled in is no valid D-Bus bus name: only letters") {
            try step.plan(Self.fields(["name": "a b"]), grants: grants)
        }
        expectRefusal(.notGranted, "org.example.Other") { try step.plan(Self.fields(["name": "Other"]), grants: grants) }
        lines[0] = "destination: org.example.Peer"
        expectRefusal(.invalidArgument, "path: what was filled in is no valid D-Bus object path") {
            try Self.parse(lines).plan(Self.fields(["name": "../x"]), grants: grants)
        }
    }

    @Test func valuesThatDoNotFitAreRefusedWhenPlanned() throws {
        let step = try Self.parse(Self.head + ["signature: y", #"arguments: ["{count}"]"#])
        expectRefusal(.outOfRange, "arguments/0: a byte (y) takes 0 to 255") {
            try step.plan(Self.fields(["count": 256]), grants: Self.grants())
        }
        let text = try Self.parse(Self.head + ["signature: s", #"arguments: ["{name}"]"#])
        expectRefusal(.invalidArgument, "U+0000") { try text.plan(Self.fields(["name": "\0"]), grants: Self.grants()) }
    }

    @Test func whatIsNotGrantedIsFoundAtLoadOrRefused() throws {
        let step = try Self.parse(Self.head)
        #expect(try step.violations(of: Self.grants()).isEmpty)
        let violation = try #require(step.violations(of: .none).first)
        #expect(violation.location.line == 1)
        #expect(violation.message.contains("\"session org.example.Peer org.example.Peer.Echo\""))
        expectRefusal(.notGranted, "no grant") { try step.plan(Self.fields([:]), grants: .none) }
    }

    @Test func secretsAreHidden() throws {
        let step = try Self.parse(Self.head + ["signature: ss", #"arguments: ["{pin}", "pin {pin}"]"#])
        let plan = try step.plan(Self.fields(["pin": "1234"]), grants: Self.grants())
        #expect(plan.call.arguments == [.string("1234"), .string("pin 1234")])
        #expect(plan.shown["arguments"] == ["<secret>", "pin <secret>"])
        #expect(!plan.shown.text.contains("1234"))
        let secretKeys = try Self.parse(Self.head + ["signature: a{si}", #"arguments: ["{keys}"]"#])
        expectRefusal(.wrongType, "arguments/0: a 32-bit integer") {
            try secretKeys.plan(
                FieldValues(parameters: ["keys": ["k-5678": "x"]], secretNames: ["keys"], date: Timestamp(milliseconds: 0)),
                grants: Self.grants())
        }
        let echo = BusError(.errorReply, name: "org.example.Wrong", "1234 is not the pin")
        #expect(!BusFailure.failure(echo, of: plan).message.contains("1234"))
    }

    private func expectMistake(
        _ lines: [String], _ place: String, _ message: String, sourceLocation: Testing.SourceLocation = #_sourceLocation
    ) {
        let error = #expect(throws: DefinitionError.self, sourceLocation: sourceLocation) { try Self.parse(lines) }
        #expect(error?.description.hasPrefix(place) == true, "\(String(describing: error))", sourceLocation: sourceLocation)
        #expect(error?.message.contains(message) == true, "\(String(describing: error))", sourceLocation: sourceLocation)
    }

    private func expectRefusal(
        _ code: PlanRefusal.Code, _ message: String, sourceLocation: Testing.SourceLocation = #_sourceLocation, _ plan: () throws -> BusPlan
    ) {
        let error = #expect(throws: PlanError.self, sourceLocation: sourceLocation) { try plan() }
        guard case .refused(let refusal)? = error else { return }
        #expect(refusal.code == code, sourceLocation: sourceLocation)
        #expect(refusal.message.contains(message), "\(refusal.message)", sourceLocation: sourceLocation)
    }
}
