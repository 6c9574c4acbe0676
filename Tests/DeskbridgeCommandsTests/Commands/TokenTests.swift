import DeskbridgeCommands
import DeskbridgeCore
import Testing

@Suite(.timeLimit(.minutes(1))) struct TokenTests {
    @Test func onlyTheSecretIsOnStandardOutput() async throws {
        try await FakeDaemon.answering { _ in
            .json(201, ["id": "t1", "token": "dbt_secret", "client": "dashboard", "origins": [], "expiresAt": "2027-02-19T09:00:00.000Z"])
        }.running { daemon in
            let terminal = TestTerminal()
            try await TokenCreate.parse(["dashboard", "--home", daemon.folder]).run(on: terminal.terminal())
            #expect(terminal.output == "dbt_secret\n")
            #expect(!terminal.error.contains("dbt_"))
            #expect(terminal.error.hasPrefix("Token t1 for the client dashboard, good until 2027-02-19T09:00:00.000Z.\n"))
        }
    }

    @Test(arguments: [([], ""), (["https://a.example"], " from https://a.example")] as [([String], String)])
    func aClientThatPoliciesLetDoNothingIsSpokenOf(origins: [String], whence: String) async throws {
        try await FakeDaemon.answering { _ in
            .json(
                201,
                [
                    "id": "t1", "token": "dbt_secret", "client": "page1", "origins": .array(origins.map(JSONValue.string)),
                    "mayCause": false,
                ])
        }.running { daemon in
            let terminal = TestTerminal()
            try await TokenCreate.parse(["page1", "--home", daemon.folder]).run(on: terminal.terminal())
            #expect(terminal.output == "dbt_secret\n")
            #expect(
                terminal.error.hasSuffix(
                    """
                    No policy rule lets "page1" send anything\(whence) yet. Add one to policies/, such as:
                      - {allow: [CREATE_RESOURCE], clients: ["page1"]}
                    It is in force at once.

                    """))
        }
    }

    @Test func tokensAreListedWithTheirStanding() async throws {
        try await FakeDaemon.answering { _ in (try? Samples.tokens()).map { .json(200, $0) } ?? .hangUp }.running { daemon in
            let terminal = TestTerminal()
            try await TokenList.parse(["--home", daemon.folder]).run(on: terminal.terminal())
            #expect(
                terminal.output == """
                    ID  CLIENT     STANDING   EXPIRES    USED  ORIGINS                 NOTE
                    t1  dashboard  valid       in 69d  1m ago  https://studio.example  desk, 60/10s, single session
                    t2  farm       expired   234d ago   never  none
                    t3  kiosk      revoked     in 69d   never  none

                    """)
        }
    }

    @Test(arguments: [(0, "0 tokens revoked\n"), (1, "1 token revoked\n"), (3, "3 tokens revoked\n")] as [(Int64, String)])
    func revokingNothingIsAFailure(count: Int64, text: String) async throws {
        try await FakeDaemon.answering { _ in .json(200, ["revoked": .integer(count)]) }.running { daemon in
            let terminal = TestTerminal()
            let command = try TokenRevoke.parse(["a", "--home", daemon.folder])
            if count == 0 {
                await #expect(throws: CommandFailure.self) { try await command.run(on: terminal.terminal()) }
            } else {
                try await command.run(on: terminal.terminal())
            }
            #expect(terminal.output == text)
        }
    }
}
