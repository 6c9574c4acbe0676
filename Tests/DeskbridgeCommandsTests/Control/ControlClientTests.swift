import DeskbridgeCommands
import DeskbridgeCore
import Glibc
import Testing

@Suite(.timeLimit(.minutes(1))) struct ControlClientTests {
    @Test func asksWithoutATokenUnderALoopbackName() async throws {
        try await FakeDaemon.answering { _ in (try? Samples.status()).map { .json(200, $0) } ?? .text(500, "") }.running { daemon in
            let status = try await ControlClient.connected(to: daemon.socket) { try await $0.status() }
            #expect(status.version == "1.2.0")
            #expect(status.uptime == 90_000)
            #expect(daemon.calls == [FakeDaemon.Call(request: "GET /v1/status", body: nil, host: "localhost")])
        }
    }

    @Test func encodesWhatItAsksFor() async throws {
        try await FakeDaemon.answering { _ in .json(200, ["events": [], "next": .null]) }.running { daemon in
            try await ControlClient.connected(to: daemon.socket) { client in
                let query = EventQuery(states: [.failed, .unknown], type: "A_B", client: "c", search: "a b&c=d/ü")
                let page = try await client.events(query, after: "x+1", limit: 5)
                #expect(page.events.isEmpty && page.next == nil)
            }
            #expect(
                daemon.calls.map(\.request) == [
                    "GET /v1/events?state=failed%2Cunknown&type=A_B&client=c&q=a%20b%26c%3Dd%2F%C3%BC&after=x%2B1&limit=5"
                ])
        }
    }

    @Test func sendsEachRequestAsTheAPIWantsIt() async throws {
        try await FakeDaemon.answering { call in
            switch call.request.split(separator: " ").last {
            case "/v1/tokens": .json(201, ["id": "t1", "token": "dbt_x", "client": "a"])
            case "/v1/tokens/t1/rotate": .json(201, ["id": "t2", "token": "dbt_y", "client": "a"])
            case "/v1/tokens/a": .json(200, ["revoked": 2])
            default: .json(200, Samples.accepted())
            }
        }.running { daemon in
            try await ControlClient.connected(to: daemon.socket) { client in
                _ = try await client.send(type: "A", payload: ["n": 1], key: "k")
                _ = try await client.replay("e", key: nil)
                _ = try await client.perform(.retry, on: "e")
                _ = try await client.resolve("e", as: .succeeded(result: ["p": "x"]))
                _ = try await client.resolve("e", as: .failed(message: "no"))
                _ = try await client.createToken(TokenOrder(client: "a", origins: ["http://x"], rate: "1/1s", isSingleSession: true))
                _ = try await client.rotateToken("t1", overlap: "10m", expires: nil)
                #expect(try await client.revokeTokens("a") == 2)
            }
            #expect(
                daemon.calls.map { "\($0.request) \($0.body?.text ?? "-")" } == [
                    #"POST /v1/events {"type":"A","payload":{"n":1},"idempotencyKey":"k"}"#,
                    "POST /v1/events/e/replay {}",
                    "POST /v1/events/e/retry {}",
                    #"POST /v1/events/e/resolve {"as":"succeeded","result":{"p":"x"}}"#,
                    #"POST /v1/events/e/resolve {"as":"failed","message":"no"}"#,
                    #"POST /v1/tokens {"client":"a","origins":["http://x"],"rate":"1/1s","singleSession":true}"#,
                    #"POST /v1/tokens/t1/rotate {"overlap":"10m"}"#,
                    "DELETE /v1/tokens/a -",
                ])
        }
    }

    @Test func aProblemDocumentIsAnError() async throws {
        try await FakeDaemon.answering { _ in .problem(409, .wrongState, "It is succeeded.") }.running { daemon in
            let expected = ProblemDocument(
                ["code": "wrong_state", "title": .string(ProblemCode.wrongState.title), "detail": "It is succeeded."], status: 409)
            await #expect(throws: ControlError.problem(expected)) {
                try await ControlClient.connected(to: daemon.socket) { try await $0.perform(.retry, on: "e") }
            }
        }
    }

    @Test(arguments: [
        (FakeDaemon.Reply.text(200, "<html>"), "it is no JSON"), (.json(200, [:]), "a status without a version"),
    ]) func anAnswerThatIsNotUnderstoodIsAnError(reply: FakeDaemon.Reply, what: String) async throws {
        try await FakeDaemon.answering { _ in reply }.running { daemon in
            await #expect(throws: ControlError.unexpectedAnswer(what)) {
                try await ControlClient.connected(to: daemon.socket) { try await $0.status() }
            }
        }
    }

    @Test func aDaemonThatHangsUpIsAnError() async throws {
        try await FakeDaemon.answering { _ in .hangUp }.running { daemon in
            await #expect {
                try await ControlClient.connected(to: daemon.socket) { try await $0.status() }
            } throws: { error in
                if case ControlError.connectionLost = error { true } else { false }
            }
        }
    }

    @Test func aSocketThatIsNotThereIsADaemonThatDoesNotRun() async throws {
        try await TemporaryHome.with { temporary in
            let socket = "\(temporary.folder)/none.sock"
            await #expect(throws: ControlError.notRunning(socket: socket)) {
                try await ControlClient.connected(to: socket) { try await $0.status() }
            }
        }
    }

    @Test func aSocketNobodyListensOnIsADaemonThatDoesNotRun() async throws {
        try await TemporaryHome.with { temporary in
            let socket = "\(temporary.folder)/file.sock"
            close(creat(socket, 0o600))
            await #expect(throws: ControlError.notRunning(socket: socket)) {
                try await ControlClient.connected(to: socket) { try await $0.status() }
            }
        }
    }

    @Test func aSocketPathThatIsTooLongIsSaidSo() async throws {
        let socket = "/tmp/" + String(repeating: "x", count: 200)
        await #expect(throws: ControlError.pathTooLong(socket: socket)) {
            try await ControlClient.connected(to: socket) { try await $0.status() }
        }
    }

    @Test func theStreamGivesMessagesAsTheyComeAndEndsWithTheConnection() async throws {
        let (pieces, feed) = AsyncStream.makeStream(of: String.self)
        try await FakeDaemon.answering { _ in .stream(pieces) }.running { daemon in
            try await ControlClient.connected(to: daemon.socket) { client in
                let stream = try await client.stream(channels: ["events", "output:*"], since: 41)
                feed.yield(": hello\n\nevent: confirmation\nid: 43\nda")
                feed.yield("ta: {\"id\":\"e\"}\n\nevent: state\ndata: {\"id\":\"f\"}\n\n")
                var messages: [StreamMessage] = []
                for try await message in stream {
                    messages.append(message)
                    if messages.count == 2 { feed.finish() }
                }
                #expect(messages.map(\.kind) == [.confirmation(seq: 43), .state])
                #expect(messages.map(\.eventID) == ["e", "f"])
            }
            #expect(daemon.calls.map(\.request) == ["GET /v1/stream?channels=events%2Coutput%3A%2A&since=41"])
        }
    }

    @Test func aStreamThatIsRefusedSaysWhy() async throws {
        try await FakeDaemon.answering { _ in .problem(503, .shuttingDown, "It is stopping.") }.running { daemon in
            await #expect {
                try await ControlClient.connected(to: daemon.socket) { _ = try await $0.stream(channels: ["events"]) }
            } throws: { try ($0 as? ControlError)?.failure(.plain()).status == .unavailable }
        }
    }
}
