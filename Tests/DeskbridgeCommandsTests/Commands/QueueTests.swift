import ArgumentParser
import DeskbridgeCommands
import DeskbridgeCore
import Testing

@Suite(.timeLimit(.minutes(1))) struct QueueTests {
    @Test func theQueueIsWhatHasNotEnded() async throws {
        try await FakeDaemon.answering { _ in (try? Samples.queued()).map { .json(200, ["events": [$0], "next": "c2"]) } ?? .hangUp }
            .running { daemon in
                let terminal = TestTerminal()
                try await QueueList.parse(["--home", daemon.folder]).run(on: terminal.terminal())
                #expect(daemon.calls.map(\.request) == ["GET /v1/events?state=queued%2Crunning%2Cretrying%2Cwaiting&limit=50"])
                #expect(terminal.output.contains("DELETE_RESOURCE"))
                #expect(terminal.error == "There are more: add --after c2\n")
            }
    }

    @Test func aListAsJSONIsWhatTheAPIGives() async throws {
        try await FakeDaemon.answering { _ in (try? Samples.queued()).map { .json(200, ["events": [$0], "next": .null]) } ?? .hangUp }
            .running { daemon in
                let terminal = TestTerminal()
                try await EventsList.parse(["--format", "json", "--home", daemon.folder]).run(on: terminal.terminal())
                let event = try Samples.queued()
                #expect(try JSONParser.parse(terminal.output) == ["events": [event], "next": .null])
                #expect(terminal.error.isEmpty)
            }
    }

    @Test func anEmptyListIsAnEmptyResult() async throws {
        try await FakeDaemon.answering { _ in .json(200, ["events": [], "next": .null]) }.running { daemon in
            let terminal = TestTerminal()
            try await QueueList.parse(["--home", daemon.folder]).run(on: terminal.terminal())
            #expect(terminal.output.isEmpty)
            #expect(terminal.error.hasPrefix("No such event waits or runs."))
        }
    }

    @Test func oneRefusalDoesNotKeepTheOthersFromTheirs() async throws {
        try await FakeDaemon.answering { call in
            call.request.contains(Samples.otherID) ? .problem(409, .wrongState, "It is succeeded.") : .json(200, Samples.accepted())
        }.running { daemon in
            let terminal = TestTerminal()
            let command = try QueueRetry.parse([Samples.otherID, Samples.id, "--home", daemon.folder])
            await #expect(throws: ExitStatus.failed.exitCode) { try await command.run(on: terminal.terminal()) }
            #expect(terminal.output == "\(Samples.id)  queued\n")
            #expect(terminal.error == "\(Samples.otherID): It is succeeded. (wrong_state)\n")
        }
    }

    @Test func anAnswerAtTheDeskCarriesItsReason() async throws {
        try await FakeDaemon.answering { _ in .json(200, Samples.accepted(state: "failed")) }.running { daemon in
            let terminal = TestTerminal()
            try await QueueDeny.parse([Samples.id, "--reason", "not today", "--home", daemon.folder]).run(on: terminal.terminal())
            try await QueueApprove.parse([Samples.id, "--home", daemon.folder]).run(on: terminal.terminal())
            #expect(daemon.calls.map(\.request) == ["POST /v1/events/\(Samples.id)/deny", "POST /v1/events/\(Samples.id)/approve"])
            #expect(daemon.calls.map(\.body) == [["reason": "not today"], [:]])
        }
    }

    @Test func theLastEventIsFoundFirst() async throws {
        try await FakeDaemon.answering { call in
            call.request.hasPrefix("GET")
                ? .json(200, ["events": [Samples.accepted()], "next": .null]) : .json(200, Samples.accepted(state: "cancelled"))
        }.running { daemon in
            let terminal = TestTerminal()
            try await QueueCancel.parse(["last", "--home", daemon.folder]).run(on: terminal.terminal())
            #expect(daemon.calls.map(\.request) == ["GET /v1/events?limit=1", "POST /v1/events/\(Samples.id)/cancel"])
            #expect(terminal.output == "\(Samples.id)  cancelled\n")
        }
    }

    @Test func withoutEventsThereIsNoLastOne() async throws {
        try await FakeDaemon.answering { _ in .json(200, ["events": [], "next": .null]) }.running { daemon in
            await #expect(throws: CommandFailure.self) {
                try await QueueDrop.parse(["last", "--home", daemon.folder]).run(on: TestTerminal().terminal())
            }
        }
    }

    @Test func aFindingGoesToTheDaemonWithItsResult() async throws {
        try await FakeDaemon.answering { _ in .json(200, Samples.accepted(state: "succeeded")) }.running { daemon in
            let terminal = TestTerminal()
            try await QueueResolve.parse([Samples.id, "--as", "succeeded", "--result", #"{"a":1}"#, "--home", daemon.folder])
                .run(on: terminal.terminal())
            #expect(daemon.calls.map { $0.body?.text } == [#"{"as":"succeeded","result":{"a":1}}"#])
        }
    }

    @Test func aFindingThatIsNoObjectIsNotSent() async throws {
        try await FakeDaemon.answering { _ in .hangUp }.running { daemon in
            await #expect(throws: CommandFailure("--result must be a JSON object, not array.", .dataError)) {
                try await QueueResolve.parse([Samples.id, "--as", "succeeded", "--result", "[]", "--home", daemon.folder])
                    .run(on: TestTerminal().terminal())
            }
            #expect(daemon.calls.isEmpty)
        }
    }

    @Test func statesAreCounted() async throws {
        try await FakeDaemon.answering { _ in (try? Samples.status()).map { .json(200, $0) } ?? .hangUp }.running { daemon in
            let terminal = TestTerminal()
            try await QueueStats.parse(["--home", daemon.folder]).run(on: terminal.terminal())
            #expect(
                terminal.output == """
                    STATE      EVENTS  NOTE
                    queued          1  the oldest since 3m ago
                    running         2
                    retrying        0
                    waiting         0
                    succeeded      12
                    failed          1  see: deskbridge queue list --state failed --home \(daemon.folder)
                    cancelled       0
                    expired         0
                    unknown         1  yours to decide: deskbridge queue list --state unknown --home \(daemon.folder)

                    """)
        }
    }

    @Test func aTailEndsAfterSoManyMessages() async throws {
        try await FakeDaemon.answering { _ in
            .stream(
                AsyncStream {
                    $0.yield(
                        Samples.inForce
                            + "event: state\ndata: {\"id\":\"e\"}\n\nevent: status\ndata: {\"queue\":{}}\n\nevent: state\ndata: {}\n\n")
                })
        }.running { daemon in
            let terminal = TestTerminal()
            try await EventsTail.parse(["--count", "2", "--status", "--format", "json", "--home", daemon.folder]).run(
                on: terminal.terminal())
            #expect(terminal.output == "{\"id\":\"e\"}\n{\"queue\":{}}\n")
            #expect(daemon.calls.map(\.request) == ["GET /v1/stream?channels=events%2Cstatus&since=now"])
        }
    }

    @Test func aTailWhoseDaemonStopsEndsWith69() async throws {
        try await FakeDaemon.answering { _ in .stream(AsyncStream { $0.finish() }) }.running { daemon in
            await #expect(throws: CommandFailure("The daemon closed the stream: it is stopping.", .unavailable)) {
                try await EventsTail.parse(["--home", daemon.folder]).run(on: TestTerminal().terminal())
            }
        }
    }
}
