import DeskbridgeCore
import DeskbridgeTestSupport
import Testing

/// Whether the chain is whole, as the console asks for it.
@Suite(.timeLimit(.minutes(2))) struct AuditVerifyRouteTests {
    @Test func theDeskIsToldWhatTheCommandTells() async throws {
        try await withBridge(.samples) { bridge in
            let dashboard = try await bridge.token("dashboard")
            let desk = try #require(try await bridge.openDesk()["token"]?.stringValue)
            #expect(try await bridge.request("GET", "/v1/audit/verify", token: dashboard).status == 403)

            let told = try #require(try await bridge.command("audit", "verify", "--format", "json").json)
            let mark = try #require(told["mark"]?.stringValue)
            let answer = try await bridge.request("GET", "/v1/audit/verify?mark=\(mark)", token: desk)
            #expect(answer.json?["whole"] == true && answer.json?["flaws"] == [] && answer.json?["flawCount"] == 0, "\(answer.text)")
            #expect((answer.json?["records"]?.integerValue ?? 0) >= (told["records"]?.integerValue ?? .max))

            let other = mark.prefix { $0 != ":" } + ":" + String(repeating: "0", count: 64)
            let broken = try await bridge.request("GET", "/v1/audit/verify?mark=\(other)", token: desk)
            #expect(broken.json?["whole"] == false && broken.json?["flawCount"] == 1, "\(broken.text)")
            for bad in ["7", "x:y", "1:AA", "0:\(String(repeating: "0", count: 64))"] {
                #expect(try await bridge.request("GET", "/v1/audit/verify?mark=\(bad)", token: desk).status == 400, "\(bad)")
            }
        }
    }
}
