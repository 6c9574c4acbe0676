import DeskbridgeCore
import DeskbridgeTestSupport
import Foundation
import Testing

/// Events that fail, and how often they are tried.
@Suite(.timeLimit(.minutes(5)))
struct RetryTests {
    private static let quickly = "retry: {attempts: 5, initial: 10ms, maximum: 20ms}"

    /// Two steps: the first notes that it ran, the second does what `$ROOT/verdict` says, and fails if that is not there.
    private static let twoSteps = BridgeFiles(
        actions: [
            "two": """
            action: two
            on: TWO
            confirm: TWO_DONE
            steps:
              - id: first
                process: {argv: [$BIN/first]}
              - id: second
                process: {argv: [$BIN/second, "{steps.first.stdout}"]}
            result: {told: "{steps.second.stdout}"}
            retry: {attempts: 1}
            """
        ],
        policies: ["open": "rules: [{allow: ['*'], clients: ['*']}]\ngrants: {executables: [$BIN/first, $BIN/second]}\n"],
        programs: [
            "first": "#!/bin/sh\necho first >> $ROOT/journal\necho from-first\n",
            "second": "#!/bin/sh\necho second >> $ROOT/journal\necho \"got $1\"\n[ -e $ROOT/verdict ] || exit 65\n",
        ])

    @Test func whatFailsTwiceIsTriedAThirdTime() async throws {
        var files = BridgeFiles.working(Self.quickly)
        files.programs["work"] = """
            #!/bin/sh
            echo try >> $ROOT/journal
            [ $(wc -l < $ROOT/journal) -ge 3 ] || { echo "not yet" >&2; exit 75; }
            echo at last
            """
        try await withBridge(files) { bridge in
            let answer = try await bridge.postAndWait(event("WORK", "w"), token: try await bridge.token("dashboard"))
            #expect(answer.json?["state"] == "succeeded")
            #expect(answer.json?["confirmation"]?["attempt"] == 3)
            #expect(answer.json?["result"]?["said"] == "at last")
            let attempts = try #require(answer.json?["attempts"]?.arrayValue)
            #expect(attempts.map { $0["outcome"] } == ["failed", "failed", "succeeded"])
            #expect(attempts.first?["error"]?["message"]?.stringValue?.contains("not yet") == true)
            #expect(bridge.home.lines("journal").count == 3)
        }
    }

    @Test func attemptsRunOut() async throws {
        var files = BridgeFiles.working(Self.quickly)
        files.programs["work"] = "#!/bin/sh\necho try >> $ROOT/journal\nexit 1\n"
        try await withBridge(files) { bridge in
            let socket = try await bridge.connect(try await bridge.token("dashboard"))
            socket.send(event("WORK", "w"))
            let failure = try await socket.next("WORK_FAILED")
            #expect(failure["error"]?["code"] == "exit_status")
            #expect(failure["attempt"] == 5)
            #expect(bridge.home.lines("journal").count == 5)
            // A failure is as final as a success: the same key gets it again.
            socket.send(event("WORK", "w"))
            #expect(try await socket.next("WORK_FAILED") == failure)
            #expect(bridge.home.lines("journal").count == 5)
        }
    }

    @Test func aPermanentFailureIsNotTriedAgain() async throws {
        var files = BridgeFiles.working(Self.quickly)
        files.programs["work"] = "#!/bin/sh\necho try >> $ROOT/journal\necho 'no such customer' >&2\nexit 65\n"
        try await withBridge(files) { bridge in
            let socket = try await bridge.connect(try await bridge.token("dashboard"))
            socket.send(event("WORK", "w"))
            let failure = try await socket.next("WORK_FAILED", ["attempt": 1])
            #expect(failure["error"]?["code"] == "exit_status")
            #expect(failure["error"]?["retryable"] == false)
            #expect(failure["error"]?["message"]?.stringValue?.contains("no such customer") == true)
            #expect(bridge.home.lines("journal") == ["try"])
            let listed = try await bridge.command("queue", "list", "--state", "failed", "--format", "json")
            #expect(listed.json?["events"]?.arrayValue?.first?["id"] == failure["id"])
        }
    }

    @Test func aRetryByAPersonGoesOnAtTheStepThatFailed() async throws {
        try await withBridge(Self.twoSteps) { bridge in
            let socket = try await bridge.connect(try await bridge.token("dashboard"))
            socket.send(event("TWO", "t"))
            let failure = try await socket.next("TWO_FAILED")
            let id = try #require(failure["id"]?.stringValue)
            try bridge.home.write("verdict", "good")
            #expect(try await bridge.command("queue", "retry", id).code == 0)
            let success = try await socket.next("TWO_DONE")
            #expect(success["payload"] == ["told": "got from-first"])
            #expect(success["attempt"] == 2)
            #expect(bridge.home.lines("journal") == ["first", "second", "second"])
            // What has succeeded stays so.
            let again = try await bridge.command("queue", "retry", id)
            #expect(again.code == 1)
            #expect(again.errors.contains("has succeeded and cannot be tried again; `deskbridge events replay \(id)` sends it anew."))
            #expect(bridge.home.lines("journal").count == 3)
        }
    }

    @Test func aRetryGoesOnAtTheFailedStepAlsoAfterACrash() async throws {
        try await withBridge(Self.twoSteps) { bridge in
            let token = try await bridge.token("dashboard")
            let failed = try await bridge.postAndWait(event("TWO", "t"), token: token)
            #expect(failed.json?["state"] == "failed")
            try await bridge.kill()
            try bridge.home.write("verdict", "good")
            try await bridge.start()
            let id = try #require(failed.json?["id"]?.stringValue)
            #expect(try await bridge.request("POST", "/v1/events/\(id)/retry", token: token).status == 200)
            let socket = try await bridge.connect(token)
            try await socket.next("TWO_DONE")
            #expect(bridge.home.lines("journal") == ["first", "second", "second"])
        }
    }

    @Test func anOptionalStepMayFail() async throws {
        var files = BridgeFiles.working(stepMore: "optional: true")
        files.actions["work"] = files.actions["work"]?.replacing("said: \"{steps.work.stdout}\"", with: "word2: \"{word}\"")
        files.programs["work"] = "#!/bin/sh\nexit 65\n"
        try await withBridge(files) { bridge in
            let answer = try await bridge.postAndWait(event("WORK", "w"), token: try await bridge.token("dashboard"))
            #expect(answer.json?["state"] == "succeeded")
            #expect(answer.json?["result"] == ["word": "work", "word2": "work"])
            #expect(answer.json?["steps"]?.arrayValue?.first?["result"]?["error"]?["code"] == "exit_status")
        }
    }

    @Test func aProgramThatIsNotThereIsSaidToBeMissing() async throws {
        try await withBridge(.working(Self.quickly)) { bridge in
            try FileManager.default.removeItem(atPath: bridge.home.programs + "/work")
            let answer = try await bridge.postAndWait(event("WORK", "w"), token: try await bridge.token("dashboard"))
            #expect(answer.json?["state"] == "failed")
            #expect(answer.json?["error"]?["message"]?.stringValue?.contains("/bin/work") == true, "\(answer.text)")
        }
    }

    @Test func aTimeoutEndsTheProgramWithAllItStarted() async throws {
        var files = BridgeFiles.working("retry: {attempts: 1}")
        files.actions["work"] = files.actions["work"]?
            .replacing(#"argv: [$BIN/work, "{gate}", "{word}"]"#, with: #"argv: [$BIN/work], timeout: 1s, grace: 100ms"#)
        files.programs["work"] = """
            #!/bin/sh
            \(Turnstile.shellFunction)
            trap '' TERM
            ( trap '' TERM; echo $$ > $ROOT/child; stop_at $ROOT/gate ) &
            stop_at $ROOT/other
            """
        try await withBridge(files) { bridge in
            let (gate, other) = (try bridge.home.turnstile("gate"), try bridge.home.turnstile("other"))
            let socket = try await bridge.connect(try await bridge.token("dashboard"))
            socket.send(event("WORK", "w"))
            let (child, parent) = (try await gate.arrival(), try await other.arrival())
            // The end of a program that must not run twice, and was ended, is for a person to find out.
            socket.send(["type": "subscribe", "channels": ["events"]])
            let state = try await socket.next("the end") { $0["type"] == "state" && $0["before"] == "running" }
            #expect(state["after"] == "unknown")
            #expect(state["error"]?["code"] == "timeout")
            #expect(!child.isAlive && !parent.isAlive)
        }
    }
}
