import DeskbridgeCore
import DeskbridgeTestSupport
import Foundation
import Testing

/// What people do wrong in their first hour, and what they are told: what happened, where, and what to type next.
@Suite(.timeLimit(.minutes(5))) struct MistakeMessageTests {
    struct Mistake: Sendable, CustomTestStringConvertible {
        let arguments: [String]
        let code: Int32
        let messages: [String]
        /// What is wrong with the home.
        let spoil: @Sendable (TestHome) throws -> Void

        init(_ arguments: [String], _ code: Int32, _ messages: String..., spoil: @escaping @Sendable (TestHome) throws -> Void = { _ in }) {
            self.arguments = arguments
            self.code = code
            self.messages = messages
            self.spoil = spoil
        }

        var testDescription: String { arguments.joined(separator: " ") + ": " + (messages.first ?? "") }
    }

    static let mistakes: [Mistake] = [
        Mistake(["--home", "HOME", "status"], 64, "--home comes after the command: deskbridge status --home HOME"),
        Mistake(["--home", "HOME"], 64, "deskbridge init --home HOME"),
        Mistake(["status", "--home", "HOME"], 69, "HOME/run/control.sock", "Start it with: deskbridge serve --home HOME"),
        Mistake(["status"], 69, "Start it with: deskbridge serve\n"),
        Mistake(["actions", "check", "--home", "HOME/none"], 78, "HOME/none/actions", "Make one: deskbridge init --home HOME/none"),
        Mistake(["policy", "check", "--home", "HOME/none"], 78, "Make one: deskbridge init --home HOME/none"),
        Mistake(["audit", "list", "--home", "HOME"], 1, "no ledger in HOME/state yet", "deskbridge serve --home HOME"),
        Mistake(["help", "queu"], 64, "Did you mean \"deskbridge queue\"?"),
        Mistake(["help", "queue", "lst"], 64, "Did you mean \"deskbridge queue list\"?"),
        Mistake(["serve"], 78, "policies/p.yaml:1:17: \"fail\" is no event type", "Did you mean FAIL?") {
            try $0.write("bridge/policies/p.yaml", "rules: [{deny: [fail], clients: [\"*\"]}]\n")
        },
        Mistake(["statsu"], 64, "Did you mean \"deskbridge status\"?"),
        Mistake(["policy", "explain", "A", "--origin", "https://Studio.example/"], 64, "write \"https://studio.example\""),
        Mistake(["dry-run", "A", "--origin", "https://studio.example:443"], 64, "write \"https://studio.example\""),
        Mistake(["dry-run", "A", "--client", "Dashboard"], 64, "\"Dashboard\" is no client name: it has small letters"),
        Mistake(["token", "create", "Dashboard"], 64, "\"Dashboard\" is no client name: it has small letters"),
        Mistake(["init", "--home", "/proc/deskbridge"], 78, "Cannot make /proc/deskbridge: No such file or directory."),
        Mistake(["init", "--home", "/dev/null/x"], 78, "Cannot make /dev/null/x: Not a directory."),
        Mistake(["serve"], 78, "1 mistake in the files of HOME:\ndeskbridge.yaml:1:10: listen has no key \"prot\". Did you mean \"port\"?")
        {
            try $0.write("bridge/deskbridge.yaml", "listen: {prot: 1}\n")
        },
        Mistake(["serve"], 78, "policies/p.yaml:1:32: \"Dashboard\" fits no client") {
            try $0.write("bridge/policies/p.yaml", "rules: [{allow: [A], clients: [Dashboard]}]\n")
        },
        Mistake(["serve"], 78, "policies:1:1: the folder HOME/policies cannot be read: Not a directory") {
            try FileManager.default.removeItem(atPath: $0.bridge + "/policies")
            try $0.write("bridge/policies", "")
        },
        Mistake(["serve"], 1, "The ledger is damaged", "The state folder is HOME/state.") {
            try FileManager.default.createDirectory(atPath: $0.bridge + "/state", withIntermediateDirectories: true)
            try $0.write("bridge/state/ledger.db", String(repeating: "garbage\n", count: 1000))
        },
        Mistake(["audit", "verify"], 77, "Cannot look into HOME/state: Not a directory.") { try $0.write("bridge/state", "") },
    ]

    @Test(arguments: mistakes) func aMistakeIsToldWithItsPlaceAndARemedy(mistake: Mistake) async throws {
        let home = try TestHome()
        try mistake.spoil(home)
        let result = try await home.command(mistake.arguments.map { $0.replacing("HOME", with: home.bridge) })
        #expect(result.code == mistake.code, "\(result.output) \(result.errors)")
        for message in mistake.messages {
            #expect((result.errors + "\n").contains(message.replacing("HOME", with: home.bridge)), "\(result.errors)")
        }
    }

    @Test func aDeniedEventIsFollowedByTheCommandThatSaysWhy() async throws {
        var files = BridgeFiles.samples
        files.policies["00-no"] = "rules: [{deny: [WORK], clients: [local]}]\n"
        try await withBridge(files) { bridge in
            let home = bridge.home.bridge
            let denied = try await bridge.command("send", "WORK", "--home", home)
            #expect(denied.code == 77)
            #expect(
                denied.errors.contains(
                    """
                    Client "local" may not cause WORK. (denied_by_policy)
                    The rules one by one: deskbridge policy explain WORK --client local --home \(home)
                    """), "\(denied.errors)")
        }
    }

    @Test func whatTheDaemonRefusesIsFollowedByWhatToType() async throws {
        try await withBridge(.samples) { bridge in
            let home = bridge.home.bridge
            let token = try await bridge.token("dashboard")
            let shown = try #require(try await bridge.command("token", "list", "--format", "json").json?["tokens"]?.arrayValue?.first)
            let id = try #require(shown["id"]?.stringValue)
            let url = try await bridge.request("GET", "/v1/status?q=\(token)")
            #expect(url.json?["detail"]?.stringValue?.contains("`deskbridge token revoke \(id)`") == true, "\(url.text)")
            let unknown = try await bridge.request("GET", "/v1/status?q=dbt_" + String(repeating: "A", count: 43))
            #expect(unknown.json?["detail"]?.stringValue?.contains("nothing to revoke") == true, "\(unknown.text)")
            #expect(try await bridge.audit().contains { $0["verb"] == "knock" && $0["subject"]?.stringValue == id })

            let sent = try await bridge.command("send", "NO_SUCH", "--home", home)
            #expect(sent.code == 65 && sent.errors.contains("Those that there are: deskbridge actions list --home \(home)"))
            let revoked = try await bridge.command("token", "revoke", "nobody")
            #expect(revoked.code == 1 && revoked.errors.contains("`deskbridge token list`"))
            let second = try await bridge.command("serve", "--home", home)
            #expect(second.code == 73 && second.errors.contains("Stop the process \(bridge.pid) first"), "\(second.errors)")
            let other = try await bridge.command("serve", "--home", home + "2", "--port", "\(bridge.port)")
            #expect(other.code == 78 && other.errors.contains("Port \(bridge.port)"), "\(other.errors)")
            #expect(other.errors.contains("\"event\":\"definitions.empty\"") && other.errors.contains("deskbridge init --home \(home)2"))

            let gate = try bridge.home.turnstile("gate")
            let late = try await bridge.command("send", "WORK", "--wait", "1", "--home", home)
            #expect(
                late.code == 75 && late.errors.contains(" --home \(home)") && late.errors.contains("Look at it with: deskbridge queue show")
            )
            (try await gate.arrival()).pass("go")
        }
    }

    @Test func aFullDiskBehindARedirectionIsSaid() async throws {
        let home = try TestHome()
        let script = "exec \"$0\" actions list --format json > /dev/full"
        let process = try ChildProcess(
            ["/bin/sh", "-c", script, RunningBridge.program], environment: home.environment, directory: home.root)
        let (exit, _, errors) = try await process.result()
        #expect(exit == .code(1) && errors.contains("could not be written: No space left on device"), "\(errors)")
    }
}
