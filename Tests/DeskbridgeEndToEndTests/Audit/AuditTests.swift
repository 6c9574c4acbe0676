import DeskbridgeCore
import DeskbridgeTestSupport
import Testing

/// The audit of a real bridge, read and verified by its own commands.
@Suite(.timeLimit(.minutes(2))) struct AuditTests {
    private static let files = BridgeFiles(
        actions: ["create": BridgeFiles.createResource],
        policies: [
            "p": """
            rules:
              - {deny: [CREATE_RESOURCE], clients: [studio], payload: {name: {pattern: "secret.*"}}}
              - {allow: [CREATE_RESOURCE], clients: [studio, local]}
            grants: {folders: [~/Projects]}
            """
        ])

    private func records(_ bridge: RunningBridge) async throws -> [JSONValue] {
        let result = try await bridge.command("audit", "export")
        #expect(result.code == 0)
        return try result.output.split(separator: "\n").map { try JSONParser.parse(String($0)) }
    }

    @Test func everyEntranceLeavesItsRecordsAndTamperingIsFound() async throws {
        try await withBridge(Self.files) { bridge in
            let token = try await bridge.token("studio")
            let payload: JSONValue = ["name": "a", "user": "John"]
            #expect(try await bridge.postAndWait(event("CREATE_RESOURCE", "k-1", payload), token: token).status == 200)
            let denied = try await bridge.post(
                "/v1/events", event("CREATE_RESOURCE", "k-2", ["name": "secret-1", "user": "John"]), token: token)
            #expect(denied.status == 403)
            let wrong = "dbt_" + String(repeating: "A", count: 43)
            #expect(try await bridge.request("GET", "/v1/status", token: wrong, headers: [("Origin", "https://evil.example")]).status == 401)
            #expect(try await bridge.request("GET", "/v1/audit", token: token).status == 403)
            #expect(try await bridge.request("GET", "/v1/policy", token: token).status == 403)
            #expect(try await bridge.post("/v1/policy/explain", ["type": "X"], token: token).status == 403)
            #expect(try await bridge.command("token", "revoke", "studio").code == 0)

            let records = try await records(bridge)
            func found(_ verb: String, _ outcome: String) -> JSONValue? {
                records.first { $0["verb"]?.stringValue == verb && $0["outcome"]?.stringValue == outcome }
            }
            #expect(found("start", "done")?["identity"] == "bridge")
            #expect(found("create_token", "done")?["identity"] == "local" && found("create_token", "done")?["entrance"] == "control")
            #expect(found("submit", "accepted")?["rule"] == "policies/p.yaml:3" && found("submit", "accepted")?["client"] == "studio")
            #expect(found("submit", "denied")?["detail"] == "denied_by_policy" && found("submit", "denied")?["entrance"] == "http")
            #expect(found("outcome", "succeeded")?["owner"] == "studio")
            #expect(found("sign_in", "denied")?["origin"] == "https://evil.example")
            #expect(found("read_audit", "denied")?["client"] == "studio" && found("read_policies", "denied") != nil)
            #expect(found("revoke_token", "done") != nil)
            #expect(!records.contains { $0.text.contains("secret-1") || $0.text.contains(token) || $0.text.contains(wrong) })

            let whole = try await bridge.command("audit", "verify", "--format", "json")
            #expect(whole.code == 0 && whole.json?["whole"] == true)
            let mark = try #require(whole.json?["mark"]?.stringValue)
            let exported = try await bridge.command("audit", "export").output
            #expect(try await bridge.command("audit", "verify", "--file", "-", input: exported).code == 0)
            let changed = exported.replacing("\"client\":\"studio\"", with: "\"client\":\"other\"", maxReplacements: 1)
            #expect(try await bridge.command("audit", "verify", "--file", "-", input: changed).code == 1)
            #expect(try await bridge.command("audit", "list", "--since", "1h").output.contains("create_token"))
            #expect(try await bridge.command("audit", "export", "--since", "2099-01-01T00:00:00Z").output.isEmpty)

            // Without the daemon the ledger itself is read, and says what was done to it meanwhile.
            try await bridge.stop()
            #expect(try await bridge.command("audit", "verify", "--mark", mark).code == 0)
            let python = """
                import sqlite3
                ledger = sqlite3.connect("\(bridge.home.bridge)/state/ledger.db")
                ledger.execute("DELETE FROM audit WHERE text LIKE '%denied_by_policy%'")
                ledger.commit()
                ledger.close()
                """
            let tampering = try ChildProcess(
                ["/usr/bin/python3", "-c", python], environment: bridge.home.environment, directory: bridge.home.root, input: nil)
            #expect(try await tampering.result().0 == .code(0))
            let broken = try await bridge.command("audit", "verify")
            #expect(broken.code == 1 && broken.output.contains("missing"))
        }
    }
}
