import DeskbridgeCore
import DeskbridgeTestSupport
import Foundation
import Testing

/// Files that change while the daemon runs.
@Suite(.timeLimit(.minutes(5)))
struct ReloadTests {
    private static let create = event("CREATE_RESOURCE", "k1", ["name": "A", "user": "x"])

    @Test func aChangedActionIsInForceAtOnce() async throws {
        try await withBridge(.samples) { bridge in
            let token = try await bridge.token("dashboard")
            try bridge.home.write(
                "bridge/actions/create-resource.yaml",
                BridgeFiles.createResource.replacing("confirm: RESOURCE_CREATED", with: "confirm: RESOURCE_MADE"))
            _ = try await bridge.logged("definitions.reloaded")
            let answer = try await bridge.postAndWait(Self.create, token: token)
            #expect(answer.json?["confirmation"]?["type"] == "RESOURCE_MADE")
        }
    }

    @Test func aBrokenFileKeepsTheOldOneInForceAndTheStatusSaysSo() async throws {
        try await withBridge(.samples) { bridge in
            let token = try await bridge.token("dashboard")
            try bridge.home.write("bridge/actions/create-resource.yaml", "action: create-resource\non: CREATE_RESOURCE\nconfrim: X\n")
            let refused = try await bridge.logged("definitions.refused")
            #expect(refused["location"]?.stringValue?.hasPrefix("actions/create-resource.yaml:") == true)
            #expect(try await bridge.postAndWait(Self.create, token: token).json?["state"] == "succeeded")
            let errors = try #require(try await bridge.status()["actions"]?["errors"]?.arrayValue)
            #expect(errors.contains { $0["location"] == "actions/create-resource.yaml:3:1" }, "\(errors)")
            #expect(try await bridge.command("status").output.contains("actions/create-resource.yaml:3:1"))
            #expect(try await bridge.command("actions", "check").code == 78)

            try bridge.home.write("bridge/actions/create-resource.yaml", BridgeFiles.createResource)
            _ = try await bridge.logged("definitions.reloaded")
            #expect(try await bridge.status()["actions"]?["errors"] == [])
        }
    }

    @Test func aFileThatOthersMayWriteIsNotTakenUntilItsModeIsMended() async throws {
        try await withBridge(.samples) { bridge in
            let token = try await bridge.token("dashboard")
            let file = bridge.home.bridge + "/actions/create-resource.yaml"
            let changed = BridgeFiles.createResource.replacing("confirm: RESOURCE_CREATED", with: "confirm: RESOURCE_MADE")
            #expect(chmod(file, 0o666) == 0)
            _ = try await bridge.logged("definitions.refused")
            try Data(changed.utf8).write(to: URL(fileURLWithPath: file))
            let refused = try await bridge.logged("definitions.refused")
            #expect(refused["error"]?.stringValue?.contains("chmod go-w '\(file)'") == true, "\(refused)")
            #expect(try await bridge.postAndWait(Self.create, token: token).json?["confirmation"]?["type"] == "RESOURCE_CREATED")
            #expect(chmod(file, 0o644) == 0)
            _ = try await bridge.logged("definitions.reloaded")
            let other = event("CREATE_RESOURCE", "k2", ["name": "B", "user": "x"])
            #expect(try await bridge.postAndWait(other, token: token).json?["confirmation"]?["type"] == "RESOURCE_MADE")
        }
    }

    @Test(arguments: ["deskbridge.yaml", "actions/create-resource.yaml", "policies/all.yaml", "actions", "policies"])
    func theBridgeDoesNotStartOnWhatOthersMayWrite(path: String) async throws {
        var files = BridgeFiles.samples
        files.policies["all"] = "rules: []\n"
        files.configuration = "log: {level: info}\n"
        let home = try TestHome(files)
        let full = "\(home.bridge)/\(path)"
        #expect(chmod(full, path.hasSuffix("yaml") ? 0o646 : 0o757) == 0)
        let (exit, _, errors) = try await RunningBridge.launch(home).result()
        #expect(exit == .code(78))
        #expect(errors.contains("chmod go-w '\(full)'"), "\(errors)")
    }

    @Test func oneBrokenFileDoesNotHoldUpAnother() async throws {
        try await withBridge(.samples) { bridge in
            let token = try await bridge.token("dashboard")
            try bridge.home.write("bridge/actions/broken.yaml", "nonsense: [")
            _ = try await bridge.logged("definitions.refused")
            try bridge.home.write(
                "bridge/actions/create-resource.yaml",
                BridgeFiles.createResource.replacing("confirm: RESOURCE_CREATED", with: "confirm: RESOURCE_MADE"))
            _ = try await bridge.logged("definitions.refused")
            #expect(try await bridge.postAndWait(Self.create, token: token).json?["confirmation"]?["type"] == "RESOURCE_MADE")
        }
    }

    @Test func aNewActionAndANewPolicyComeTogether() async throws {
        try await withBridge(.samples) { bridge in
            let token = try await bridge.token("dashboard")
            try bridge.home.write("bin/other", "#!/bin/sh\necho hello\n", mode: 0o755)
            try bridge.home.write(
                "bridge/actions/other.yaml",
                "action: other\non: OTHER\nconfirm: OTHER_DONE\nsteps: [{id: a, process: {argv: [$BIN/other]}}]\nresult: {said: '{steps.a.stdout}'}\n"
            )
            let refused = try await bridge.logged("definitions.refused")
            #expect(refused["error"]?.stringValue?.contains("not granted") == true)
            #expect(try await bridge.post("/v1/events", event("OTHER", "o"), token: token).code == "unknown_event_type")
            try bridge.home.write("bridge/policies/20-other.yaml", "grants: {executables: [$BIN/other]}\n")
            _ = try await bridge.logged("definitions.reloaded")
            #expect(try await bridge.postAndWait(event("OTHER", "o"), token: token).json?["result"] == ["said": "hello"])
        }
    }

    @Test func aRemovedActionIsGoneAndItsQueuedEventsWait() async throws {
        try await withBridge(.working("retry: {attempts: 9, initial: 1h, jitter: none}", configuration: "dispatch: {running: 1}\n")) {
            bridge in
            let gate = try bridge.home.turnstile("gate")
            let token = try await bridge.token("dashboard")
            let socket = try await bridge.connect(token)
            socket.send(["type": "subscribe", "channels": ["events"]])
            socket.send(event("WORK", "first"))
            let visitor = try await gate.arrival()
            socket.send(event("WORK", "second"))
            try await socket.next("accepted", ["idempotencyKey": "second"])
            try FileManager.default.removeItem(atPath: bridge.home.bridge + "/actions/work.yaml")
            _ = try await bridge.logged("definitions.reloaded")
            // What runs goes on as it began.
            visitor.pass()
            try await socket.next("WORK_DONE", ["idempotencyKey": "first"])
            let state = try await socket.next("state", ["after": "retrying"])
            #expect(state["error"]?["code"] == "action_missing")
            #expect(try await bridge.post("/v1/events", event("WORK", "third"), token: token).code == "unknown_event_type")
            // A known key still has its answer.
            let again = try await bridge.post("/v1/events", event("WORK", "first"), token: token)
            #expect(again.headers["idempotent-replayed"] == "true")
        }
    }

    @Test func aTightenedPolicyBindsAtOnce() async throws {
        try await withBridge(.samples) { bridge in
            let token = try await bridge.token("dashboard")
            #expect(try await bridge.postAndWait(Self.create, token: token).status == 200)
            try bridge.home.write("bridge/policies/00-no.yaml", "rules: [{deny: ['CREATE_*'], clients: ['*']}]\n")
            _ = try await bridge.logged("definitions.reloaded")
            let refused = try await bridge.post("/v1/events", event("CREATE_RESOURCE", "k2", ["name": "B", "user": "x"]), token: token)
            #expect(refused.status == 403)
            #expect(refused.code == "denied_by_policy")
            let actions = try await bridge.request("GET", "/v1/actions", token: token)
            #expect(actions.json?["actions"]?.arrayValue?.compactMap { $0["type"] } == ["WORK"])
        }
    }
}
