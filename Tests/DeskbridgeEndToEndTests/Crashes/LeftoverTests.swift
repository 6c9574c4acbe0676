import DeskbridgeCore
import DeskbridgeTestSupport
import Glibc
import Testing

/// What a step had started when the bridge was killed, and what becomes of it.
@Suite(.timeLimit(.minutes(5)))
struct LeftoverTests {
    /// Has children, a grandchild, and one in a group of its own that ignores TERM, and then waits at the turnstile. Begun again, it notes
    /// which of its earlier processes still run.
    private static let program = #"""
        #!/bin/bash
        for pid in $(cat $ROOT/pids 2>/dev/null); do
            grep -qs '^State:.[^Z]' /proc/$pid/status && echo "overlaps $pid" >> $ROOT/journal
        done
        \#(Turnstile.shellFunction)
        echo begins >> $ROOT/journal
        mkfifo $ROOT/up.$$
        exec 8<> $ROOT/up.$$
        bash -c 'sleep 1000 & echo $! >> $ROOT/pids; echo $$ >> $ROOT/pids; echo up >&8; wait' &
        bash -c 'trap "" TERM; perl -e "setpgrp(0, 0); sleep 1000" & echo $! >> $ROOT/pids; echo $$ >> $ROOT/pids; echo up >&8; wait' &
        read -r first <&8
        read -r second <&8
        stop_at $ROOT/gate
        kill -9 $(tail -n 4 $ROOT/pids)
        echo ends >> $ROOT/journal
        """#

    private static func files(_ stepMore: String, processMore: String = "") -> BridgeFiles {
        var files = BridgeFiles.working(stepMore: stepMore)
        files.actions["work"] = """
            action: work
            on: WORK
            confirm: WORK_DONE
            steps:
              - id: work
                process:
                  argv: [$BIN/work]
                  \(processMore)
                \(stepMore)
            """
        files.programs["work"] = program
        return files
    }

    @Test func aStepThatRunsAgainNeverRunsBesideWhatItHadLeft() async throws {
        try await withBridge(Self.files("safeToRepeat: true")) { bridge in
            let gate = try bridge.home.turnstile("gate")
            let token = try await bridge.token("dashboard")
            let accepted = try await bridge.post("/v1/events", event("WORK", "w"), token: token)
            let id = try #require(accepted.json?["id"]?.stringValue)
            _ = try await gate.arrival()
            let pids = bridge.home.lines("pids").compactMap { Int32($0) }
            #expect(pids.count == 4)
            try await bridge.kill()
            let watches = pids.compactMap { ProcessWatch($0) }
            #expect(watches.count == 4, "they outlive the bridge: that is what this is about")
            try await bridge.start()
            let logged = try await bridge.logged("process.leftover")
            #expect(logged["id"]?.stringValue == id && logged["step"] == "work" && logged["remaining"] == nil)
            for watch in watches { await watch.waitForEnd() }
            try await gate.arrival().pass()

            let final = try await bridge.postAndWait(event("WORK", "w"), token: token)
            #expect(final.json?["state"] == "succeeded")
            #expect(bridge.home.lines("journal") == ["begins", "begins", "ends"])
            let shown = try await bridge.command("queue", "show", id).output
            #expect(shown.contains("What the step had left running was ended"))
            let audit = try await bridge.command("audit", "list", "--format", "json").output
            #expect(audit.contains("end_leftovers"))
            let roll = bridge.home.read("bridge/state/processes") ?? ""
            #expect(!roll.contains(id), "what ended by itself is struck")
        }
    }

    @Test func aStepThatMustNotRunTwiceLeavesNothingBehindEither() async throws {
        try await withBridge(Self.files("safeToRepeat: false")) { bridge in
            let gate = try bridge.home.turnstile("gate")
            let token = try await bridge.token("dashboard")
            _ = try await bridge.post("/v1/events", event("WORK", "w"), token: token)
            _ = try await gate.arrival()
            let watches = bridge.home.lines("pids").compactMap { Int32($0).flatMap { ProcessWatch($0) } }
            try await bridge.kill()
            try await bridge.start()
            for watch in watches { await watch.waitForEnd() }
            #expect(try await bridge.status()["finals"]?["unknown"] == 1)
        }
    }

    @Test func aNumberThatStrangersHaveNowIsNotTouchedAndAPersonDecides() async throws {
        try await withBridge(Self.files("safeToRepeat: true")) { bridge in
            let gate = try bridge.home.turnstile("gate")
            let token = try await bridge.token("dashboard")
            let accepted = try await bridge.post("/v1/events", event("WORK", "w"), token: token)
            let id = try #require(accepted.json?["id"]?.stringValue)
            _ = try await gate.arrival()
            try await bridge.kill()
            // As if all of the step had died, and a stranger had got the number of its session.
            let stranger = try SpawnedProcess(["/usr/bin/env", "-i", "/usr/bin/setsid", "/bin/sh", "-c", "echo ready; exec sleep 1000"])
            #expect(await stranger.nextLine() == "ready")
            let pid = try #require(stranger.pid)
            let roll = try #require(bridge.home.read("bridge/state/processes"))
            let noted = try #require(roll.split(separator: "\n").first { $0.contains(id) })
            let digits = String(pid)
            let line = String(repeating: "0", count: 10 - digits.count) + digits + noted.dropFirst(10)
            for orphan in bridge.home.lines("pids").compactMap({ Int32($0) }) {
                let watch = ProcessWatch(orphan)
                kill(orphan, SIGKILL)
                await watch?.waitForEnd()
            }
            try bridge.home.write("bridge/state/processes", roll.replacing(noted, with: line))
            try await bridge.start()
            #expect(ProcessWatch(pid) != nil)
            let shown = try await bridge.event(id)
            #expect(shown["state"] == "unknown")
            #expect(shown["error"]?["message"]?.stringValue?.contains("\(pid)") == true)
        }
    }

    /// All processes of the sandbox hold the pipe open, also one that left the session. It ends for its reader when the last is gone.
    @Test(.enabled(if: access("/usr/bin/bwrap", X_OK) == 0, "bubblewrap is not installed"))
    func nothingOfASandboxOutlivesTheBridge() async throws {
        var files = Self.files("", processMore: "sandbox: {tier: bubblewrap, write: [~/Projects]}")
        files.programs["work"] = """
            #!/bin/sh
            exec 9> $ROOT/user/Projects/alive
            sleep 1000 &
            setsid sleep 1000 &
            sh -c 'sleep 1000 & sleep 1000' &
            echo ready >&9
            wait
            """
        try await withBridge(files) { bridge in
            let pipe = bridge.home.root + "/user/Projects/alive"
            #expect(mkfifo(pipe, 0o600) == 0)
            let reader = try ChildProcess(["/bin/cat", pipe], environment: [:])
            let token = try await bridge.token("dashboard")
            _ = try await bridge.post("/v1/events", event("WORK", "w"), token: token)
            #expect(await reader.output.first() == "ready")
            try await bridge.kill()
            #expect(await reader.exit() == .code(0))
        }
    }
}
