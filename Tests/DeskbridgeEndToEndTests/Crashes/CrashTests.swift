import DeskbridgeCore
import DeskbridgeTestSupport
import Testing

/// The bridge killed with SIGKILL at each stage of an event, and started again.
@Suite(.timeLimit(.minutes(5)))
struct CrashTests {
    @Test func aClientThatWasCutOffFindsItsConfirmationOnce() async throws {
        try await withBridge(.working(stepMore: "safeToRepeat: true")) { bridge in
            let gate = try bridge.home.turnstile("gate")
            let token = try await bridge.token("dashboard")
            let socket = try await bridge.connect(token)
            socket.send(event("WORK", "w"))
            let orphan = try await gate.arrival()
            socket.cut()
            try await bridge.kill()
            orphan.pass("stop")
            try await bridge.start()
            try await gate.arrival().pass()

            let again = try await bridge.connect(token)
            let confirmation = try await again.next("WORK_DONE")
            #expect(confirmation["idempotencyKey"] == "w")
            try await again.settle()
            #expect(again.all("WORK_DONE").count == 1)
            again.send(event("WORK", "w"))
            #expect(try await again.next("WORK_DONE") == confirmation)
        }
    }

    @Test func theProcessOfAStepDiesWithTheBridge() async throws {
        try await withBridge(.samples) { bridge in
            let gate = try bridge.home.turnstile("gate")
            let token = try await bridge.token("dashboard")
            _ = try await bridge.post("/v1/events", event("WORK", "w"), token: token)
            let process = try await gate.arrival()
            let watch = try #require(ProcessWatch(process.pid))
            try await bridge.kill()
            await watch.waitForEnd()
            #expect(!process.isAlive)
            #expect(bridge.home.lines("journal") == ["work begins"])
        }
    }

    @Test func aStepThatMayRunTwiceRunsAgain() async throws {
        try await withBridge(.working(stepMore: "safeToRepeat: true")) { bridge in
            let gate = try bridge.home.turnstile("gate")
            let token = try await bridge.token("dashboard")
            let accepted = try await bridge.post("/v1/events", event("WORK", "w"), token: token)
            let orphan = try await gate.arrival()
            try await bridge.kill()
            orphan.pass("stop")
            try await bridge.start()
            try await gate.arrival().pass()
            let final = try await bridge.postAndWait(event("WORK", "w"), token: token)
            #expect(final.json?["state"] == "succeeded")
            #expect(final.json?["id"] == accepted.json?["id"])
            #expect(final.json?["attempts"]?.arrayValue?.map { $0["outcome"] } == ["interrupted", "succeeded"])
            #expect(bridge.home.lines("journal") == ["work begins", "work begins", "work ends"])
        }
    }

    @Test(arguments: ["succeeded", "failed"])
    func aStepThatMustNotRunTwiceIsForAPersonToDecide(_ finding: String) async throws {
        try await withBridge(.samples) { bridge in
            let gate = try bridge.home.turnstile("gate")
            let token = try await bridge.token("dashboard")
            let accepted = try await bridge.post("/v1/events", event("WORK", "w"), token: token)
            let id = try #require(accepted.json?["id"]?.stringValue)
            let orphan = try await gate.arrival()
            try await bridge.kill()
            orphan.pass("stop")
            try await bridge.start()

            let socket = try await bridge.connect(token)
            socket.send(event("WORK", "w"))
            #expect(try await socket.next("accepted")["state"] == "unknown")
            try await socket.settle()
            #expect(socket.messages.all.allSatisfy { $0["payload"] == nil && $0["error"] == nil }, "nothing is claimed that nobody knows")
            #expect(try await bridge.status()["finals"]?["unknown"] == 1)
            #expect(try await bridge.event(id)["error"]?["code"] == "interrupted")
            #expect(bridge.home.lines("journal") == ["work begins"])

            let words = finding == "succeeded" ? ["--result", #"{"word":"by hand"}"#] : ["--message", "It was not there."]
            #expect(try await bridge.home.command(["queue", "resolve", id, "--as", finding] + words).code == 0)
            if finding == "succeeded" {
                #expect(try await socket.next("WORK_DONE")["payload"] == ["word": "by hand"])
            } else {
                let failure = try await socket.next("WORK_FAILED")
                #expect(failure["error"]?["message"] == "It was not there.")
            }
            #expect(try await bridge.home.command(["queue", "resolve", id, "--as", finding]).code == 1)
            #expect(bridge.home.lines("journal") == ["work begins"])
        }
    }

    @Test func anUnknownEventMayBeTriedAgain() async throws {
        try await withBridge(.samples) { bridge in
            let gate = try bridge.home.turnstile("gate")
            let token = try await bridge.token("dashboard")
            _ = try await bridge.post("/v1/events", event("WORK", "w"), token: token)
            let orphan = try await gate.arrival()
            try await bridge.kill()
            orphan.pass("stop")
            try await bridge.start()
            #expect(try await bridge.command("queue", "retry", "last").code == 0)
            try await gate.arrival().pass()
            #expect(try await bridge.postAndWait(event("WORK", "w"), token: token).json?["state"] == "succeeded")
        }
    }

    /// Two steps that must not run twice; the second waits at the turnstile.
    private static let twoSteps: BridgeFiles = {
        var files = BridgeFiles.samples
        files.actions["work"] = """
            action: work
            on: WORK
            confirm: WORK_DONE
            steps:
              - id: first
                process: {argv: [$BIN/first]}
              - id: second
                process: {argv: [$BIN/work, gate, "{steps.first.stdout}"]}
                safeToRepeat: true
            result: {first: "{steps.first.stdout}", second: "{steps.second.stdout}"}
            """
        files.programs["first"] = "#!/bin/sh\necho first >> $ROOT/journal\necho $$\n"
        files.policies["20-first"] = "grants: {executables: [$BIN/first]}\n"
        return files
    }()

    @Test func aFinishedStepIsNotRunAgain() async throws {
        try await withBridge(Self.twoSteps) { bridge in
            let gate = try bridge.home.turnstile("gate")
            let token = try await bridge.token("dashboard")
            _ = try await bridge.post("/v1/events", event("WORK", "w"), token: token)
            for _ in 1...3 {
                let orphan = try await gate.arrival()
                try await bridge.kill()
                orphan.pass("stop")
                try await bridge.start()
            }
            try await gate.arrival().pass()
            let final = try await bridge.postAndWait(event("WORK", "w"), token: token)
            #expect(final.json?["state"] == "succeeded", "\(final.text)")
            #expect(bridge.home.lines("journal").filter { $0 == "first" }.count == 1)
            let first = try #require(final.json?["result"]?["first"]?.stringValue)
            #expect(bridge.home.lines("journal").last == "\(first) ends", "the result of the first step outlived three crashes")
        }
    }

    @Test func aConfirmationThatWasNotAcknowledgedComesAgainAfterACrash() async throws {
        try await withBridge(.samples) { bridge in
            let token = try await bridge.token("dashboard")
            let socket = try await bridge.connect(token)
            socket.send(event("CREATE_RESOURCE", "k", ["name": "A", "user": "x"]))
            let confirmation = try await socket.next("RESOURCE_CREATED")
            try await bridge.kill()
            try await bridge.start()
            let again = try await bridge.connect(token)
            #expect(try await again.next("RESOURCE_CREATED") == confirmation)
            again.send(["type": "ack", "seq": confirmation["seq"] ?? .null])
            try await again.settle()
            let third = try await bridge.connect(token)
            try await third.settle()
            #expect(third.all("RESOURCE_CREATED").isEmpty)
        }
    }

    @Test func anEventThatWasQueuedRunsAfterTheCrash() async throws {
        try await withBridge(.working(stepMore: "safeToRepeat: true", configuration: "dispatch: {running: 1}\n")) { bridge in
            let gate = try bridge.home.turnstile("gate")
            let token = try await bridge.token("dashboard")
            let socket = try await bridge.connect(token)
            for number in 1...3 { socket.send(event("WORK", "w\(number)", ["word": .string("w\(number)")])) }
            for number in 1...3 { try await socket.next("accepted", ["idempotencyKey": .string("w\(number)")]) }
            let orphan = try await gate.arrival()
            try await bridge.kill()
            orphan.pass("stop")
            try await bridge.start()
            for _ in 1...3 { try await gate.arrival().pass() }
            let again = try await bridge.connect(token)
            for number in 1...3 { try await again.next("WORK_DONE", ["idempotencyKey": .string("w\(number)")]) }
            #expect(bridge.home.lines("journal").filter { $0.hasSuffix("ends") }.sorted() == ["w1 ends", "w2 ends", "w3 ends"])
        }
    }

    @Test func aCrashWhileAFolderIsMadeLeavesNothingHalfMade() async throws {
        try await withBridge(.samples) { bridge in
            let token = try await bridge.token("dashboard")
            for round in 1...5 {
                let socket = try await bridge.connect(token)
                let name = "Project_\(round)"
                socket.send(event("CREATE_RESOURCE", name, ["name": .string(name), "user": "x", "shots": 500]))
                try await socket.next("accepted")
                try await bridge.kill()
                let made = bridge.home.tree("user/Projects").filter { $0.hasPrefix("\(name)/") }.count
                #expect(made == 0 || made == 506, "the folder appears whole or not at all")
                try await bridge.start()
                let again = try await bridge.connect(token)
                try await again.next("RESOURCE_CREATED", ["idempotencyKey": .string(name)])
                #expect(bridge.home.tree("user/Projects").filter { $0.hasPrefix("\(name)/") }.count == 506)
            }
            #expect(bridge.home.tree("user/Projects").filter { $0.hasPrefix(".") } == [], "no staging folder is left behind")
        }
    }
}
