import ArgumentParser
import DeskbridgeCommands
import DeskbridgeCore
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct SendTests {
    /// A daemon that accepts what it is sent, then feeds these pieces to the stream, and shows `event` when asked for it.
    private func sending(
        _ arguments: [String], accepted: FakeDaemon.Reply = .json(202, Samples.accepted()), pieces: [String], event: JSONValue,
        _ check: @escaping @Sendable (TestTerminal, Int32, FakeDaemon) throws -> Void
    ) async throws {
        let (stream, feed) = AsyncStream.makeStream(of: String.self)
        try await FakeDaemon.answering { call in
            if call.request.hasPrefix("GET /v1/stream") {
                feed.yield(Samples.inForce)
                return .stream(stream)
            }
            if call.request.hasPrefix("POST") {
                for piece in pieces { feed.yield(piece) }
                return accepted
            }
            return .json(200, event)
        }.running { daemon in
            let terminal = TestTerminal()
            let command = try Send.parse(arguments + ["--home", daemon.folder])
            let code = try await Self.exitCode { try await command.run(on: terminal.terminal()) }
            feed.finish()
            try check(terminal, code, daemon)
        }
    }

    private static func exitCode(_ body: () async throws -> Void) async throws -> Int32 {
        do { try await body() } catch let code as ExitCode { return code.rawValue } catch let error as ControlError {
            return try error.failure(.plain()).status.rawValue
        } catch let failure as CommandFailure { return failure.status.rawValue }
        return 0
    }

    private func message(_ name: String, _ data: String, id: String? = nil) -> String {
        "event: \(name)\n" + (id.map { "id: \($0)\n" } ?? "") + "data: \(data)\n\n"
    }

    @Test func showsOutputAndTheConfirmationOfItsOwnEventOnly() async throws {
        try await sending(
            ["CREATE_RESOURCE", "--set", "name=Project_001", "--key", "k-1"],
            pieces: [
                message("output", #"{"id":"\#(Samples.otherID)","stream":"stdout","lines":["not mine"],"dropped":0}"#),
                message("state", #"{"id":"\#(Samples.id)","before":"queued","after":"running"}"#),
                message("output", #"{"id":"\#(Samples.id)","stream":"stdout","lines":["one","two"],"dropped":0}"#),
                message("confirmation", #"{"id":"\#(Samples.otherID)","type":"OTHER"}"#, id: "42"),
                message("confirmation", #"{"id":"\#(Samples.id)","type":"RESOURCE_CREATED"}"#, id: "43"),
            ], event: try Samples.succeeded()
        ) { terminal, code, daemon in
            #expect(code == 0)
            #expect(terminal.output == "RESOURCE_CREATED\n  name   Project_001\n  path   /p/1\n  shots  2\n")
            #expect(terminal.error == "Event \(Samples.id) is queued.\nrunning…\nout | one\nout | two\n")
            #expect(
                daemon.calls.map(\.request) == [
                    "GET /v1/stream?channels=events%2Coutput%3A%2A&since=now", "POST /v1/events", "GET /v1/events/\(Samples.id)",
                ])
            #expect(daemon.calls[1].body?.text == #"{"type":"CREATE_RESOURCE","payload":{"name":"Project_001"},"idempotencyKey":"k-1"}"#)
        }
    }

    @Test func anEventThatFailsEndsWith1AndIsStillTheResult() async throws {
        try await sending(
            ["CREATE_RESOURCE", "--format", "json"],
            pieces: [message("confirmation", #"{"id":"\#(Samples.id)"}"#, id: "44")], event: try Samples.failed()
        ) { terminal, code, _ in
            #expect(code == 1)
            let event = try Samples.failed()
            #expect(try JSONParser.parse(terminal.output) == event)
            #expect(terminal.error.contains("deskbridge queue show \(Samples.id)"))
        }
    }

    @Test(arguments: ["unknown", "cancelled", "expired"]) func anEndWithoutConfirmationIsAnEnd(state: String) async throws {
        let event: JSONValue = ["id": .string(Samples.id), "state": .string(state)]
        try await sending(
            ["CREATE_RESOURCE"], pieces: [message("state", #"{"id":"\#(Samples.id)","before":"running","after":"\#(state)"}"#)],
            event: event
        ) { terminal, code, _ in
            #expect(code == 1)
            #expect(terminal.output == "Event  \(Samples.id)\nState  \(state)\n")
        }
    }

    @Test func aRepetitionOfWhatHasEndedGetsTheStoredConfirmation() async throws {
        try await sending(
            ["CREATE_RESOURCE", "--key", "k-1"], accepted: .json(202, Samples.accepted(state: "succeeded", replayed: true)), pieces: [],
            event: try Samples.succeeded()
        ) { terminal, code, _ in
            #expect(code == 0)
            #expect(terminal.output.hasPrefix("RESOURCE_CREATED\n"))
            #expect(terminal.error == "Event \(Samples.id) was accepted before under this key, and is succeeded.\n")
        }
    }

    @Test func anEventThatIsStillRetryingWhenTheWaitEndsGives75() async throws {
        let event: JSONValue = ["id": .string(Samples.id), "state": "retrying"]
        try await sending(
            ["CREATE_RESOURCE", "--wait", "1"],
            pieces: [message("state", #"{"id":"\#(Samples.id)","before":"running","after":"retrying"}"#)], event: event
        ) { terminal, code, _ in
            #expect(code == 75)
            #expect(terminal.error.contains("Still retrying after 1s: it goes on by itself."))
        }
    }

    @Test(arguments: [("queued", 75), ("succeeded", 0), ("failed", 1)] as [(String, Int32)])
    func waitingForNoTimeLooksOnce(state: String, expected: Int32) async throws {
        let event: JSONValue = ["id": .string(Samples.id), "state": .string(state)]
        try await sending(["CREATE_RESOURCE", "--wait", "0"], pieces: [], event: event) { terminal, code, daemon in
            #expect(code == expected)
            #expect(daemon.calls.map(\.request) == ["POST /v1/events", "GET /v1/events/\(Samples.id)"])
        }
    }

    @Test func withoutWaitingTheAnswerIsTheID() async throws {
        try await sending(["CREATE_RESOURCE", "--no-wait"], pieces: [], event: .null) { terminal, code, daemon in
            #expect(code == 0)
            #expect(terminal.output == "\(Samples.id)\n")
            #expect(daemon.calls.map(\.request) == ["POST /v1/events"])
            #expect(daemon.calls[0].body?["idempotencyKey"]?.stringValue?.hasPrefix("cli-") == true)
        }
    }

    @Test(
        arguments: [
            (422, ProblemCode.invalidEvent, 65), (403, .deniedByPolicy, 77), (422, .unknownEventType, 65), (429, .rateLimited, 75),
            (503, .shuttingDown, 69),
        ] as [(Int, ProblemCode, Int32)])
    func aRefusalEndsWithItsCode(status: Int, problem: ProblemCode, code: Int32) async throws {
        try await sending(["CREATE_RESOURCE"], accepted: .problem(status, problem, "no"), pieces: [], event: .null) { terminal, actual, _ in
            #expect(actual == code)
            #expect(terminal.output.isEmpty)
        }
    }

    @Test func aDaemonThatRestartsIsWaitedFor() async throws {
        let streams = Mutex(0)
        try await FakeDaemon.answering { call in
            if call.request.hasPrefix("GET /v1/stream") {
                // The first stream ends at once, as when the daemon stops; while there is none, the event succeeds.
                let count = streams.withLock { count in
                    count += 1
                    return count
                }
                return .stream(
                    AsyncStream {
                        $0.yield(Samples.inForce)
                        if count == 1 { $0.finish() }
                    })
            }
            if call.request.hasPrefix("POST") { return .json(202, Samples.accepted()) }
            return (try? Samples.succeeded()).map { .json(200, $0) } ?? .hangUp
        }.running { daemon in
            let terminal = TestTerminal()
            try await Send.parse(["CREATE_RESOURCE", "--home", daemon.folder]).run(on: terminal.terminal())
            #expect(terminal.output.hasPrefix("RESOURCE_CREATED\n"))
            #expect(terminal.error.contains("waiting for it to come back"))
            #expect(streams.withLock { $0 } == 2)
        }
    }

    @Test func aDaemonThatStopsForGoodLeavesTheEventStored() async throws {
        try await FakeDaemon.answering { call in
            if call.request.hasPrefix("POST") { return .json(202, Samples.accepted()) }
            guard call.request.hasPrefix("GET /v1/stream") else { return .hangUp }
            return .stream(
                AsyncStream {
                    $0.yield(Samples.inForce)
                    $0.finish()
                })
        }.running { daemon in
            let terminal = TestTerminal()
            let command = try Send.parse(["CREATE_RESOURCE", "--home", daemon.folder])
            let error = await #expect(throws: CommandFailure.self) { try await command.run(on: terminal.terminal()) }
            #expect(error?.status == .unavailable)
            #expect(error?.message.contains("deskbridge queue show \(Samples.id)") == true)
        }
    }

    @Test func nobodyReadingEndsItQuietly() async throws {
        let terminal = Terminal(
            output: TestTerminal.closed, error: TestTerminal.closed, clock: .system, localTime: { $0.description })
        try await FakeDaemon.answering { _ in .json(202, Samples.accepted()) }.running { daemon in
            await #expect(throws: ReaderIsGone.self) {
                try await Send.parse(["CREATE_RESOURCE", "--no-wait", "--home", daemon.folder]).run(on: terminal)
            }
        }
    }
}
