import DeskbridgeCore
import DeskbridgeTestSupport
import Testing

/// Clients that leave while they wait for the end of an event.
@Suite(.timeLimit(.minutes(1)))
struct DepartureTests {
    private func waiting(_ bridge: RunningBridge, _ token: String) -> String {
        let body = event("WORK", "k").text
        return "POST /v1/events HTTP/1.1\r\nHost: 127.0.0.1:\(bridge.port)\r\nAuthorization: Bearer \(token)\r\nPrefer: wait=60\r\n"
            + "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    @Test func whoSaysThatNothingMoreComesIsAnsweredAtOnce() async throws {
        try await withBridge(.samples) { bridge in
            let gate = try bridge.home.turnstile("gate")
            let connection = try TCPConnection(port: bridge.port)
            connection.send(waiting(bridge, try await bridge.token("dashboard")))
            _ = try await gate.arrival()
            connection.finishSending()
            let answer = try #require(RawResponse(await connection.rest()))
            #expect(answer.status == 202 && answer.json?["state"] != nil)
        }
    }

    @Test func whoIsGoneHoldsNoConnection() async throws {
        var files = BridgeFiles.samples
        files.configuration = "limits: {connections: 1, rate: 1000/10s}\n"
        try await withBridge(files) { bridge in
            let gate = try bridge.home.turnstile("gate")
            let token = try await bridge.token("dashboard")
            let connection = try TCPConnection(port: bridge.port)
            connection.send(waiting(bridge, token))
            _ = try await gate.arrival()
            connection.cut()
            // There is room for one connection only, and it is free long before the minute is over.
            while try await bridge.request("GET", "/v1/status", token: token).status == 503 {}
            #expect(try await bridge.command("queue", "list").output.contains("running"))
        }
    }
}
