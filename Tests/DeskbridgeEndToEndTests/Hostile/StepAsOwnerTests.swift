import DeskbridgeCore
import DeskbridgeTestSupport
import Testing

/// What a step's program may not become: the person at the desk, by the bridge's own control socket.
@Suite(.timeLimit(.minutes(2)))
struct StepAsOwnerTests {
    /// Asks for a token at the control socket: by itself, and as a process without parents and session of its own. Then looks for the ledger.
    private static let program = """
        #!/usr/bin/python3
        import glob, os, socket

        def ask():
            peer = socket.socket(socket.AF_UNIX)
            try: peer.connect("$ROOT/bridge/run/control.sock")
            except OSError: return "unreachable"
            body = b'{"client":"thief"}'
            peer.sendall(b"POST /v1/tokens HTTP/1.1\\r\\nHost: x\\r\\nContent-Type: application/json\\r\\nConnection: close\\r\\n"
                b"Content-Length: %d\\r\\n\\r\\n" % len(body) + body)
            answer = b""
            while part := peer.recv(65536): answer += part
            return answer.decode().split("\\r\\n")[0] + " " + answer.decode().split("\\r\\n\\r\\n")[1]

        print("directly:", ask())
        reading, writing = os.pipe()
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                os.close(reading)
                os.write(writing, ask().encode())
            os._exit(0)
        os.close(writing)
        os.wait()
        answer = b""
        while part := os.read(reading, 65536): answer += part
        print("as an orphan:", answer.decode())
        for name in glob.glob("$ROOT/bridge/state/*"):
            try: print("ledger:", len(open(name, "rb").read()))
            except OSError: pass
        """

    private static func files(_ sandbox: String) -> BridgeFiles {
        let action = """
            action: ask
            on: ASK
            confirm: ASKED
            steps:
              - id: ask
                process: {argv: [$BIN/ask], \(sandbox)timeout: 60s}
            result: {said: "{steps.ask.stdout}"}
            """
        let policy = "rules: [{allow: [ASK], clients: [\"*\"]}]\ngrants: {executables: [$BIN/ask], folders: [~/Projects]}\n"
        return BridgeFiles(actions: ["ask": action], policies: ["p": policy], programs: ["ask": program])
    }

    @Test(
        arguments: [
            (sandbox: "sandbox: {tier: landlock}, ", isReached: true),
            ("sandbox: {tier: landlock, network: off, write: [~/Projects]}, ", true),
            ("sandbox: {tier: bubblewrap}, ", false), ("", true),
        ])
    func noStepIsGivenWhatIsTheOwners(sandbox: String, isReached: Bool) async throws {
        try await withBridge(Self.files(sandbox)) { bridge in
            let token = try await bridge.token("dashboard")
            let answer = try await bridge.postAndWait(event("ASK", "k"), token: token)
            guard answer.json?["state"] == "succeeded" else {
                // A machine without this kind of sandbox runs no step that requires it.
                return #expect(answer.text.contains("sandbox_unavailable"), "\(answer.text)")
            }
            let said = try #require(answer.json?["result"]?["said"]?.stringValue)
            let lines = said.split(separator: "\n").map(String.init)
            let (directly, orphan) = (try #require(lines.first), try #require(lines.dropFirst().first))
            if isReached {
                #expect(directly.hasPrefix("directly: HTTP/1.1 403") && directly.contains("forbidden"), "\(said)")
            } else {
                #expect(directly == "directly: unreachable", "\(said)")
            }
            // Without a sandbox it has shaken everything off by then: nothing tells it from what the person runs.
            if !sandbox.isEmpty {
                #expect(orphan.hasPrefix(isReached ? "as an orphan: HTTP/1.1 403" : "as an orphan: unreachable"), "\(said)")
                #expect(!said.contains("ledger:"), "\(said)")
                let names = try await bridge.command("token", "list", "--format", "json").json?["tokens"]?.arrayValue?.map { $0["client"] }
                #expect(names == ["dashboard"])
            }
        }
    }

    @Test func whoseTerminalIsConfinedIsToldWhatToDo() async throws {
        try await withBridge(.samples) { bridge in
            let command = try ChildProcess(
                ["/usr/bin/setpriv", "--no-new-privs", RunningBridge.program, "token", "list"], environment: bridge.home.environment,
                directory: bridge.home.root)
            let result = try await command.result()
            #expect(result.exit != .code(0))
            #expect(result.errors.contains("no_new_privs") && result.errors.contains("terminal outside of the sandbox"), "\(result.errors)")
            #expect(try await bridge.command("token", "list").code == 0)
        }
    }
}
