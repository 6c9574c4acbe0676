import DeskbridgeCore
import DeskbridgeTestSupport
import Foundation
import Testing

/// Starting and stopping the daemon.
@Suite(.timeLimit(.minutes(5)))
struct DaemonTests {
    @Test(arguments: [SIGTERM, SIGINT])
    func aRunningEventMayFinishWhenTheBridgeStops(_ signal: Int32) async throws {
        try await withBridge(.samples) { bridge in
            let gate = try bridge.home.turnstile("gate")
            let token = try await bridge.token("dashboard")
            let accepted = try await bridge.post("/v1/events", event("WORK", "w"), token: token)
            let visitor = try await gate.arrival()
            bridge.process.signal(signal)
            _ = try await bridge.logged("dispatch.draining")
            visitor.pass()
            #expect(await bridge.process.exit() == .code(0))
            #expect(bridge.home.lines("journal") == ["work begins", "work ends"])
            try await bridge.start()
            let id = try #require(accepted.json?["id"]?.stringValue)
            let event = try await bridge.request("GET", "/v1/events/\(id)", token: token)
            #expect(event.json?["state"] == "succeeded")
            #expect(event.json?["attempts"]?.arrayValue?.count == 1)
        }
    }

    @Test(arguments: [true, false])
    func whatDoesNotFinishInTimeIsInterrupted(isSafe: Bool) async throws {
        let files = BridgeFiles.working(stepMore: isSafe ? "safeToRepeat: true" : "", configuration: "dispatch: {grace: 100ms}\n")
        try await withBridge(files) { bridge in
            let gate = try bridge.home.turnstile("gate")
            let token = try await bridge.token("dashboard")
            let accepted = try await bridge.post("/v1/events", event("WORK", "w"), token: token)
            let id = try #require(accepted.json?["id"]?.stringValue)
            let visitor = try await gate.arrival()
            #expect(try await bridge.stop() == .code(0))
            #expect(!visitor.isAlive)
            try await bridge.start()
            if isSafe {
                try await gate.arrival().pass()
                let final = try await bridge.postAndWait(event("WORK", "w"), token: token)
                #expect(final.json?["state"] == "succeeded")
                #expect(final.json?["attempts"]?.arrayValue?.map { $0["outcome"] } == ["interrupted", "succeeded"])
            } else {
                #expect(try await bridge.event(id)["state"] == "unknown")
                #expect(bridge.home.lines("journal") == ["work begins"])
            }
        }
    }

    @Test func whoWaitsForAnEventIsAnsweredWhenTheBridgeStops() async throws {
        try await withBridge(.samples) { bridge in
            let gate = try bridge.home.turnstile("gate")
            let token = try await bridge.token("dashboard")
            let waiting = Task {
                try await bridge.post("/v1/events", event("WORK", "w"), token: token, headers: [("Prefer", "wait=60")])
            }
            let visitor = try await gate.arrival()
            bridge.process.signal(SIGTERM)
            #expect(try await waiting.value.status == 202)
            visitor.pass()
            #expect(await bridge.process.exit() == .code(0))
        }
    }

    @Test func aSecondDaemonIsToldWhoHasTheHome() async throws {
        try await withBridge(.samples) { bridge in
            let second = try await RunningBridge.launch(bridge.home).result()
            #expect(second.exit == .code(73))
            #expect(second.errors.contains(String(bridge.pid)), "\(second.errors)")
            #expect(try await bridge.serves())
            #expect(try await bridge.command("status").code == 0, "the control socket is still the first one's")
        }
    }

    @Test func aPortThatIsTakenIsSaidInWords() async throws {
        try await withBridge(.samples) { bridge in
            let home = try TestHome(.samples)
            try home.write("bridge/deskbridge.yaml", "listen: {port: \(bridge.port)}\n")
            let second = try await RunningBridge.launch(home).result()
            #expect(second.exit == .code(78))
            #expect(second.errors.contains("Port \(bridge.port) of 127.0.0.1 is taken by another program"), "\(second.errors)")
        }
    }

    static let brokenFiles: [(file: String, text: String, expected: [String])] = [
        ("bridge/deskbridge.yaml", "listen: {port: 0}\nlimits:\n  mesage: 1KiB\n", ["deskbridge.yaml:3:3", "message"]),
        ("bridge/deskbridge.yaml", "listen: {addresses: [0.0.0.0]}\n", ["deskbridge.yaml:1:22", "127.0.0.1"]),
        ("bridge/deskbridge.yaml", "listen: [\n", ["deskbridge.yaml:"]),
        ("bridge/deskbridge.yaml", "retention: {events: tomorrow}\n", ["deskbridge.yaml:1:21"]),
        (
            "bridge/actions/work.yaml", "action: work\non: WORK\nconfirm: WORK_DONE\nsteps:\n  - id: a\n    proces: {argv: [/bin/true]}\n",
            ["actions/work.yaml:6:5", "process"]
        ),
        ("bridge/actions/work.yaml", "action: work\n\ton: WORK\n", ["actions/work.yaml:2:"]),
        (
            "bridge/actions/other.yaml", BridgeFiles.createResource.replacing("action: create-resource", with: "action: other"),
            ["actions/other.yaml:1:1", "CREATE_RESOURCE"]
        ),
        (
            "bridge/actions/other.yaml", "action: o\non: O\nconfirm: P\nsteps: [{id: a, process: {argv: [/bin/sh, \"{nme}\"]}}]\n",
            ["actions/other.yaml:4:", "nme"]
        ),
        (
            "bridge/actions/other.yaml", "action: o\non: O\nconfirm: P\nsteps: [{id: a, process: {argv: [/usr/bin/id]}}]\n",
            ["actions/other.yaml:4:", "/usr/bin/id", "grants"]
        ),
        ("bridge/policies/10-open.yaml", "rules:\n  - {alow: [A], clients: [b]}\n", ["policies/10-open.yaml:2:"]),
        (
            "bridge/policies/10-open.yaml", "rules: [{allow: [A], clients: [b], origins: ['https://Studio.example/']}]\n",
            ["policies/10-open.yaml:1:", "https://studio.example"]
        ),
    ]

    @Test func aBrokenFileIsRefusedAtStartWithItsPlace() async throws {
        for (file, text, expected) in Self.brokenFiles {
            let home = try TestHome(.samples)
            try home.write(file, text)
            let result = try await RunningBridge.launch(home).result()
            #expect(result.exit == .code(78), "\(text)\(result.errors)")
            for words in expected { #expect(result.errors.contains(words), "\(text)\(result.errors)") }
            #expect(home.read("bridge/run/control.sock") == nil)
        }
    }

    @Test func onlyTheOwnerGetsAtTheSocketAndTheLedger() async throws {
        try await withBridge(.samples) { bridge in
            let manager = FileManager.default
            func mode(_ path: String) throws -> Int? {
                try manager.attributesOfItem(atPath: bridge.home.bridge + path)[.posixPermissions] as? Int
            }
            #expect(try mode("/run/control.sock") == 0o600)
            #expect(try mode("/run") == 0o700)
            #expect(try mode("/state") == 0o700)
            for file in try manager.contentsOfDirectory(atPath: bridge.home.bridge + "/state") {
                #expect(try mode("/state/\(file)") == 0o600, "\(file)")
            }
        }
    }

    @Test func theLedgerHoldsNoToken() async throws {
        try await withBridge(.samples) { bridge in
            let token = try await bridge.token("dashboard")
            _ = try await bridge.connect(token)
            try await bridge.stop()
            for file in bridge.home.tree("bridge/state") {
                let bytes = try #require(FileManager.default.contents(atPath: "\(bridge.home.bridge)/state/\(file)"))
                #expect(bytes.range(of: Data(token.utf8)) == nil, "\(file)")
            }
            #expect(!bridge.log.all.joined().contains(token))
        }
    }

    @Test func aLogThatNobodyReadsDoesNotStopTheBridge() async throws {
        var files = BridgeFiles.samples
        files.configuration += "log: {level: debug, format: json}\n"
        files.programs["quiet"] = """
            #!/bin/sh
            \(Turnstile.shellFunction)
            exec 3>&1
            { \(RunningBridge.program) serve 2>&1 >/dev/null; echo "ended with $?" >&3; } |
                { grep -m 1 bridge.listening; stop_at $ROOT/gate; }
            """
        let home = try TestHome(files)
        let gate = try home.turnstile("gate")
        let script = try ChildProcess([home.programs + "/quiet"], environment: home.environment)
        _ = await script.output.first { $0.contains("bridge.listening") }
        let reader = try await gate.arrival()
        // More lines than a pipe holds, which are 64 KiB (pipe(7)).
        let pid = try #require(try await home.command(["status", "--format", "json"]).json?["pid"]?.integerValue)
        for number in 1...80 {
            let key = "k\(number)" + String(repeating: "x", count: 200)
            let words = ["send", "CREATE_RESOURCE", "--set", "name=P\(number)", "--set", "user=x", "--key", key]
            #expect(try await home.command(words).code == 0)
        }
        kill(Int32(pid), SIGTERM)
        #expect(await script.output.first { $0.hasPrefix("ended") } == "ended with 0")
        reader.pass()
    }
}
