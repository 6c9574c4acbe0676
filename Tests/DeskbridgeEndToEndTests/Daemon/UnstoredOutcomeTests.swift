import DeskbridgeCore
import DeskbridgeTestSupport
import Testing

/// A ledger that takes no outcome while steps end.
@Suite(.timeLimit(.minutes(2)))
struct UnstoredOutcomeTests {
    @Test func statusSaysThatOutcomesWaitToBeStored() async throws {
        try await withBridge(.samples) { bridge in
            let gate = try bridge.home.turnstile("gate")
            let token = try await bridge.token("dashboard")
            let accepted = try await bridge.post("/v1/events", event("WORK", "w"), token: token)
            let step = try await gate.arrival()
            #expect(try await bridge.status()["unstored"] == nil)
            let refusal = try await LedgerRefusal(in: bridge.home, ofUpdatesWhere: "NEW.state = 'succeeded'")
            step.pass()
            _ = try await bridge.logged("outcome.unstored")

            let unstored = try await bridge.status()["unstored"]
            #expect(unstored?["outcomes"] == 1)
            #expect(unstored?["since"]?.stringValue.flatMap { Timestamp($0) } != nil)
            #expect(try await bridge.command("status").output.contains("1 outcome waits to be stored since"))
            let ready = try await bridge.request("GET", "/readyz")
            #expect(ready.status == 503 && ready.json == ["status": "storing"])
            let metrics = try await bridge.request("GET", "/metrics", token: token)
            #expect(metrics.text.contains("\ndeskbridge_unstored_outcomes 1\n"))
            // Nobody but the desk hears why.
            #expect(try await bridge.request("GET", "/v1/status", token: token).json?["unstored"] == nil)

            try await refusal.end()
            _ = try await bridge.logged("outcome.stored")
            let final = try await bridge.postAndWait(event("WORK", "w"), token: token)
            #expect(final.json?["state"] == "succeeded" && final.json?["id"] == accepted.json?["id"])
            #expect(try await bridge.status()["unstored"] == nil)
            #expect(try await bridge.serves())
            #expect(bridge.home.lines("journal") == ["work begins", "work ends"])
        }
    }
}
