import DeskbridgeCore
import DeskbridgeTestSupport
import Foundation
import Testing

/// `actions check --live` and dry runs compare D-Bus steps with a real peer.
@Suite(.timeLimit(.minutes(2)))
struct LiveCheckTests {
    private static func files(member: String = "Start", signal: String = "uoss") -> BridgeFiles {
        BridgeFiles(
            actions: [
                "job": """
                action: job
                on: JOB
                confirm: JOB_DONE
                parameters: {how: {type: string}}
                steps:
                  - id: start
                    dbus:
                      bus: session
                      destination: org.example.Jobs
                      path: /org/example/Jobs
                      interface: org.example.Jobs
                      member: \(member)
                      signature: s
                      arguments: ["{how}"]
                      until:
                        member: JobRemoved
                        signature: \(signal)
                        where: {1: "{reply.0}"}
                result: {said: "{steps.start.signal.3}"}
                """
            ],
            policies: [
                "open": """
                rules: [{allow: ["*"], clients: ["*"]}]
                grants: {dbus: [session org.example.Jobs]}
                """
            ])
    }

    private static func check(_ home: TestHome, _ options: String..., on bus: PrivateBus) async throws -> CommandResult {
        try await home.command(["actions", "check"] + options, environment: ["DBUS_SESSION_BUS_ADDRESS": bus.address])
    }

    @Test func stepsThatAgreeAreFine() async throws {
        let bus = try PrivateBus()
        let peer = try JobsPeer(on: bus)
        let home = try TestHome(Self.files())
        let result = try await Self.check(home, "--live", on: bus)
        #expect(result.code == 0 && result.errors.isEmpty, "\(result.errors)")
        #expect(
            result.output == "1 action and 1 rule checked: all good.\n1 D-Bus step compared with what runs: all as the peers describe it.",
            "\(result.output)")
        peer.end()
    }

    @Test(arguments: [
        ("Stat", "uoss", "actions/job.yaml:12:15: the peer says that org.example.Jobs has no method Stat; did you mean Start?"),
        ("Start", "uos", "actions/job.yaml:17:20: the peer says that the signal JobRemoved has the signature \"uoss\", not \"uos\""),
    ])
    func whatDiffersEndsWith78(_ member: String, signal: String, message: String) async throws {
        let bus = try PrivateBus()
        let peer = try JobsPeer(on: bus)
        let home = try TestHome(Self.files(member: member, signal: signal))
        let result = try await Self.check(home, "--live", on: bus)
        #expect(result.code == 78)
        #expect(result.errors.contains(message), "\(result.errors)")
        #expect(try await Self.check(home, on: bus).code == 0)
        peer.end()
    }

    @Test func aPeerThatIsNotThereIsANote() async throws {
        let bus = try PrivateBus()
        let home = try TestHome(Self.files(member: "Stat"))
        let result = try await Self.check(home, "--live", on: bus)
        #expect(result.code == 0)
        #expect(result.errors.contains("note: actions/job.yaml:9:20: ") && result.errors.contains("it does not run"), "\(result.errors)")
        #expect(result.output.contains("so nothing was compared: 1 note above"), "\(result.output)")
        #expect(try await Self.check(home, "--activate", on: bus).code == 64)
    }

    @Test func aServiceIsStartedForItIfThatIsWanted() async throws {
        let home = try TestHome(Self.files(member: "Stat"))
        try home.write("bin/jobs.py", JobsPeer.program)
        let bus = try PrivateBus(services: [JobsPeer.name: "/usr/bin/python3 \(home.programs)/jobs.py"])
        #expect(try await Self.check(home, "--live", on: bus).code == 0)
        let result = try await Self.check(home, "--live", "--activate", on: bus)
        #expect(result.code == 78)
        #expect(result.errors.contains("has no method Stat"), "\(result.errors)")
    }

    @Test func aDryRunSaysTheSameOnEachWay() async throws {
        let bus = try PrivateBus()
        let peer = try JobsPeer(on: bus)
        try await withBridge(Self.files(signal: "uos"), environment: ["DBUS_SESSION_BUS_ADDRESS": bus.address]) { bridge in
            let environment = ["DBUS_SESSION_BUS_ADDRESS": bus.address]
            let words = ["dry-run", "JOB", "--set", "how=early", "--client", "dashboard"]
            let shown = try #require(try await bridge.home.command(words + ["--format", "json"], environment: environment).json)
            let findings = shown["plan"]?["steps"]?.arrayValue?.first?["findings"]
            #expect(
                findings == [
                    [
                        "kind": "contradiction", "place": "actions/job.yaml:17:20",
                        "message": "the peer says that the signal JobRemoved has the signature \"uoss\", not \"uos\"",
                    ]
                ])
            #expect(shown["plan"]?["steps"]?.arrayValue?.first?["plan"]?["until"]?["where"] == ["1": "{reply.0}"])
            let token = try await bridge.token("dashboard")
            let request: JSONValue = ["type": "JOB", "payload": ["how": "early"]]
            for _ in 0..<2 { #expect(try await bridge.post("/v1/plan", request, token: token).json == shown) }
            let result = try await bridge.home.command(words, environment: environment)
            #expect(result.code == 78, "as a check of the files says")
            let text = result.output
            #expect(text.contains("   differs: actions/job.yaml:17:20: the peer says"), "\(text)")

            var wanting = try #require(request.objectValue)
            wanting["activate"] = true
            #expect(try await bridge.post("/v1/plan", .object(wanting), token: token).json?["code"] == "forbidden")
            wanting["activate"] = "yes"
            #expect(try await bridge.post("/v1/plan", .object(wanting), token: token).json?["code"] == "invalid_event")
        }
        peer.end()
    }
}
