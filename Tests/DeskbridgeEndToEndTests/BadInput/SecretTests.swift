import DeskbridgeCore
import DeskbridgeTestSupport
import Foundation
import Testing

/// A parameter that is secret reaches its program, and nothing that anybody reads.
@Suite(.timeLimit(.minutes(5)))
struct SecretTests {
    private static let secret = "hunter2-\u{1F510}-S3cret"

    private static let files: BridgeFiles = {
        var files = BridgeFiles.samples
        files.configuration += "log: {level: trace, format: json}\n"
        files.actions["login"] = """
            action: login
            on: LOGIN
            confirm: LOGIN_DONE
            parameters:
              user: {type: string}
              password: {type: string, secret: true, maxLength: 40}
              fail: {type: boolean, default: false}
            steps:
              - id: login
                process:
                  argv: [$BIN/login, "{user}", "--password={password}", "{fail}"]
                  environment: {PASSWORD: "{password}"}
                  stdin: payload
            result: {user: "{user}", said: "{steps.login.stdout}"}
            retry: {attempts: 2, initial: 10ms}
            """
        files.programs["login"] = """
            #!/bin/sh
            cat > $ROOT/stdin
            echo "$PASSWORD" > $ROOT/password
            echo "argument $2"
            echo "out $PASSWORD"
            echo "err $PASSWORD" >&2
            [ "$3" = true ] && exit 1
            exit 0
            """
        files.policies["20-login"] = "grants: {executables: [$BIN/login]}\n"
        return files
    }()

    @Test(arguments: [false, true])
    func aSecretIsShownNowhere(fails: Bool) async throws {
        try await withBridge(Self.files) { bridge in
            let token = try await bridge.token("dashboard")
            let payload: JSONValue = ["user": "john", "password": .string(Self.secret), "fail": .bool(fails)]
            let socket = try await bridge.connect(token)
            socket.send(["type": "subscribe", "channels": ["events", "output:*", "status"]])
            let stream = try await EventStreamClient.open(bridge, token: token, query: "?channels=events,output:*")
            try await stream.next("authenticated")
            socket.send(event("LOGIN", "l", payload))
            let confirmation = try await socket.next(fails ? "LOGIN_FAILED" : "LOGIN_DONE")
            try await stream.next("confirmation")
            #expect(bridge.home.read("password") == Self.secret + "\n", "the program got it")
            #expect(bridge.home.read("stdin")?.contains(Self.secret) == true)

            let id = try #require(confirmation["id"]?.stringValue)
            var shown: [String: String] = [:]
            shown["socket"] = socket.messages.all.map(\.text).joined()
            shown["stream"] = stream.messages.all.map(\.data.text).joined()
            shown["GET event"] = try await bridge.request("GET", "/v1/events/\(id)", token: token).text
            shown["GET events"] = try await bridge.request("GET", "/v1/events", token: token).text
            shown["waiting"] = try await bridge.postAndWait(event("LOGIN", "l", payload), token: token).text
            shown["plan"] = try await bridge.post("/v1/plan", ["type": "LOGIN", "payload": payload], token: token).text
            shown["other payload"] = try await bridge.post(
                "/v1/events", event("LOGIN", "l", ["user": "x", "password": .string(Self.secret)]), token: token
            ).text
            let long = Self.secret + String(repeating: "x", count: 40)
            shown["invalid"] = try await bridge.post(
                "/v1/events", event("LOGIN", "m", ["user": "x", "password": .string(long)]), token: token
            ).text
            shown["wrong type"] = try await bridge.post(
                "/v1/events", event("LOGIN", "m", ["user": "x", "password": [.string(Self.secret)]]), token: token
            ).text
            shown["status"] = try await bridge.status().text
            shown["metrics"] = try await bridge.request("GET", "/metrics", token: token).text
            for words in [
                ["queue", "show", id], ["queue", "show", id, "--format", "json"], ["events", "list", "--format", "json"],
                ["events", "list"],
                ["queue", "list", "--state", "failed"], ["dry-run", "LOGIN", "--payload", payload.text],
                ["dry-run", "LOGIN", "--payload", payload.text, "--format", "json"],
            ] {
                let result = try await bridge.home.command(words)
                shown[words.prefix(2).joined(separator: " ") + (words.contains("json") ? " json" : "")] = result.output + result.errors
            }
            try await bridge.stop()
            shown["log"] = bridge.log.all.joined()
            for (place, text) in shown {
                #expect(!text.contains(Self.secret) && !text.contains("hunter2"), "\(place): \(text)")
                #expect(!text.isEmpty, "\(place)")
            }
            #expect(shown["GET event"]?.contains("argument") == true, "the output is kept, without the secret")
            #expect(shown["socket"]?.contains("argument") == true)
        }
    }

    @Test func aSecretIsPartOfTheFingerprint() async throws {
        try await withBridge(Self.files) { bridge in
            let token = try await bridge.token("dashboard")
            let first = try await bridge.postAndWait(event("LOGIN", "l", ["user": "john", "password": "one"]), token: token)
            #expect(first.json?["state"] == "succeeded")
            let other = try await bridge.post("/v1/events", event("LOGIN", "l", ["user": "john", "password": "two"]), token: token)
            #expect(other.code == "key_reused")
            let same = try await bridge.post("/v1/events", event("LOGIN", "l", ["user": "john", "password": "one"]), token: token)
            #expect(same.headers["idempotent-replayed"] == "true")
        }
    }
}
