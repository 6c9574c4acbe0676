import ArgumentParser
import DeskbridgeCore
import Foundation
import Testing

@testable import DeskbridgeCommands

@Suite(.timeLimit(.minutes(1))) struct InitTests {
    private static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    private func text(_ path: String) throws -> String { try String(contentsOf: URL(filePath: path), encoding: .utf8) }

    private func mode(_ path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return try #require(attributes[.posixPermissions] as? Int)
    }

    @Test(arguments: ["actions/create-resource.yaml", "policies/default.yaml"])
    func theStarterFilesAreThoseOfTheRepository(name: String) async throws {
        try await TemporaryHome.with { temporary in
            _ = try HomeInitializer(home: temporary.home).run(port: 7420)
            let shipped = try text(Self.repository.appending(path: name).path())
            #expect(try text("\(temporary.folder)/\(name)") == shipped)
        }
    }

    @Test func everythingIsForThisUserAlone() async throws {
        try await TemporaryHome.with { temporary in
            let home = BridgeHome(below: "\(temporary.folder)/a/b")
            let entries = try HomeInitializer(home: home).run(port: 7420)
            #expect(
                entries == [
                    .made(home.configurationFile), .made("\(home.actions)/create-resource.yaml"), .made("\(home.policies)/default.yaml"),
                    .made("\(home.schemas)/action.json"), .made("\(home.schemas)/policy.json"), .made("\(home.schemas)/config.json"),
                    .made(home.state),
                ])
            for folder in [home.state, home.actions, home.policies, home.schemas] { #expect(try mode(folder) == 0o700) }
            #expect(try mode(home.configurationFile) == 0o600)
        }
    }

    @Test func whatIsThereStaysAsItIs() async throws {
        try await TemporaryHome.with { temporary in
            try Data("listen: {port: 9}\n".utf8).write(to: URL(filePath: temporary.home.configurationFile))
            let entries = try HomeInitializer(home: temporary.home).run(port: 7421)
            #expect(entries.first == .kept(temporary.home.configurationFile))
            #expect(try text(temporary.home.configurationFile) == "listen: {port: 9}\n")
            let again = try HomeInitializer(home: temporary.home).run(port: 7421)
            #expect(again.allSatisfy { if case .kept = $0 { true } else { false } })
        }
    }

    @Test func schemasOfAnotherVersionAreReplaced() async throws {
        try await TemporaryHome.with { temporary in
            let home = temporary.home
            let path = "\(home.schemas)/action.json"
            #expect(ConfigurationChecks.schemas(home) == .skipped("not written yet: deskbridge init --schemas"))
            let terminal = TestTerminal()
            try await Init.parse(["--home", temporary.folder, "--schemas"]).run(on: terminal.terminal())
            #expect(terminal.output.split(separator: "\n").count == 3)
            #expect(try FileManager.default.contentsOfDirectory(atPath: temporary.folder) == ["schemas"])
            #expect(ConfigurationChecks.schemas(home) == .passed(home.schemas))

            try Data("{}".utf8).write(to: URL(filePath: path))
            #expect(
                ConfigurationChecks.schemas(home)
                    == .warned(
                        "\(path) missing, or of another version", remedy: "Run: deskbridge init --schemas (with the same --home)"))
            let entries = try HomeInitializer(home: home).schemas()
            #expect(entries == [.renewed(path), .kept("\(home.schemas)/policy.json"), .kept("\(home.schemas)/config.json")])
            #expect(try text(path) == SchemaFile.action.text)
            #expect(try mode(path) == 0o600)
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: home.schemas).sorted() == ["action.json", "config.json", "policy.json"])
        }
    }

    @Test func aFileWhereAFolderBelongsIsAnError() async throws {
        try await TemporaryHome.with { temporary in
            try Data().write(to: URL(filePath: temporary.home.actions))
            #expect(throws: CommandFailure.self) { try HomeInitializer(home: temporary.home).run(port: 7420) }
        }
    }

    @Test func theConfigurationIsTheDefaultsAndItsPort() async throws {
        try await TemporaryHome.with { temporary in
            _ = try HomeInitializer(home: temporary.home).run(port: 7421)
            var expected = BridgeConfiguration.defaults
            expected.listen.port = 7421
            let written = try text(temporary.home.configurationFile)
            #expect(try BridgeConfiguration.parse(YAMLParser.parse(written, file: "deskbridge.yaml")) == expected)
        }
    }

    @Test func everyCommentedKeyIsRealAndAtItsDefault() async throws {
        try await TemporaryHome.with { temporary in
            _ = try HomeInitializer(home: temporary.home).run(port: 7420)
            let lines = try text(temporary.home.configurationFile).split(separator: "\n").compactMap { line -> String? in
                guard line.hasPrefix("# ") else { return String(line) }
                let rest = line.dropFirst(2)
                return rest.contains(/^ *[a-z]+:( |$)/) ? String(rest) : nil
            }
            let configuration = try BridgeConfiguration.parse(YAMLParser.parse(lines.joined(separator: "\n"), file: "deskbridge.yaml"))
            #expect(configuration == .defaults)
            #expect(lines.count > 25)
        }
    }

    @Test func theStarterPolicyIsValidAndNamesItsClients() async throws {
        let policy = try text(Self.repository.appending(path: "policies/default.yaml").path())
        let set = try PolicySet.parse([YAMLParser.parse(policy, file: "policies/default.yaml")], home: "/home/john")
        #expect(set.grants.executables.map(\.description) == ["/usr/bin/git"])
        #expect(set.grants.folders.map(\.description) == ["/home/john/Projects"])
        #expect(set.grants.allows(folder: "/home/john/Projects"))
    }

    @Test func aRunningDaemonMakesTheFirstToken() async throws {
        try await FakeDaemon.answering { call in
            call.request.hasPrefix("GET")
                ? .json(200, ["tokens": []]) : .json(201, ["id": "t1", "token": "dbt_secret", "client": "dashboard"])
        }.running { daemon in
            let terminal = TestTerminal()
            try await Init.parse(["--home", daemon.folder, "--origin", "https://studio.example"]).run(on: terminal.terminal())
            #expect(terminal.output.hasSuffix("\ndbt_secret\n"))
            #expect(
                daemon.calls.last?.body?["origins"]?.arrayValue == [
                    "http://127.0.0.1:7420", "http://localhost:7420", "https://studio.example",
                ])
        }
    }

    @Test func aFirstTokenWithoutAnOriginSaysThatItIsForNoPage() async throws {
        try await TemporaryHome.with { temporary in
            let plain = TestTerminal()
            try await Init.parse(["--home", temporary.folder]).run(on: plain.terminal())
            #expect(
                plain.error.contains(
                    """
                    It is for programs on this machine. For a page: \
                    deskbridge token create dashboard --origin https://your.page --home \(temporary.folder)

                    """))
            let another = TestTerminal()
            try await Init.parse(["--home", "\(temporary.folder)/b", "--origin", "https://studio.example"]).run(on: another.terminal())
            #expect(!another.error.contains("For a page"))
        }
    }

    @Test func whatCouldNotBeAppliedIsSaidWithWhatToDo() async throws {
        try await TemporaryHome.with { temporary in
            func run(_ options: String...) async throws -> (code: Int32, errors: String) {
                let terminal = TestTerminal()
                do { try await Init.parse(["--home", temporary.folder] + options).run(on: terminal.terminal()) } catch let code as ExitCode
                {
                    return (code.rawValue, terminal.error)
                }
                return (0, terminal.error)
            }
            #expect(try await run("--port", "7421", "--origin", "https://a.example").code == 0)
            #expect(try await run("--port", "7421", "--origin", "https://a.example").code == 0, "all of it is as it was asked for")
            let (code, errors) = try await run("--port", "7422", "--origin", "https://a.example", "--origin", "https://b.example")
            #expect(code == 1)
            #expect(
                errors == """
                    --port 7422 was not applied: \(temporary.home.configurationFile) was there before and says 7421. Change listen.port there, and restart the daemon.
                    --origin https://b.example was not applied: the client dashboard has a token already, which pages of it may not use. \
                    Make one for them: deskbridge token create dashboard --origin https://b.example --home \(temporary.folder)

                    """)
        }
    }

    @Test func aHomeThatIsTooLongForASocketIsLeftAlone() async throws {
        try await TemporaryHome.with { temporary in
            let long = "\(temporary.folder)/\(String(repeating: "x", count: 100))"
            let error = await #expect(throws: CommandFailure.self) {
                try await Init.parse(["--home", long]).run(on: TestTerminal().terminal())
            }
            #expect(error?.status == .configuration && error?.message.contains("at most 107") == true)
            #expect(!FileManager.default.fileExists(atPath: long))
        }
    }

    @Test func withoutADaemonTheFirstTokenIsMadeInTheLedgerOnce() async throws {
        try await TemporaryHome.with { temporary in
            let first = TestTerminal()
            try await Init.parse(["--home", temporary.folder]).run(on: first.terminal())
            let secret = try #require(first.output.split(separator: "\n").last)
            #expect(secret.hasPrefix("dbt_"))
            let again = TestTerminal()
            try await Init.parse(["--home", temporary.folder]).run(on: again.terminal())
            #expect(!again.output.contains("dbt_"))
            #expect(
                again.error
                    == "The client dashboard has a token already. A new one in its place, or for another client: deskbridge token create CLIENT --home \(temporary.folder)\n"
            )
            for name in try FileManager.default.contentsOfDirectory(atPath: temporary.home.state) {
                let bytes = try Data(contentsOf: URL(filePath: "\(temporary.home.state)/\(name)"))
                #expect(bytes.firstRange(of: Data(secret.utf8)) == nil, "the secret is in \(name)")
            }
        }
    }

    @Test func aConfigurationWithMistakesIsSaidSo() async throws {
        try await TemporaryHome.with { temporary in
            try Data("lisen: {port: 9}\n".utf8).write(to: URL(filePath: temporary.home.configurationFile))
            let command = try Init.parse(["--home", temporary.folder])
            let error = await #expect(throws: CommandFailure.self) { try await command.run(on: TestTerminal().terminal()) }
            #expect(error?.status == .configuration)
        }
    }

    @Test func aClientThatHasATokenGetsNoSecondOne() async throws {
        try await FakeDaemon.answering { _ in (try? Samples.tokens()).map { .json(200, $0) } ?? .hangUp }.running { daemon in
            let terminal = TestTerminal()
            try await Init.parse(["--home", daemon.folder]).run(on: terminal.terminal())
            #expect(daemon.calls.map(\.request) == ["GET /v1/tokens"])
            #expect(
                terminal.error
                    == "The client dashboard has a token already. A new one in its place, or for another client: deskbridge token create CLIENT --home \(daemon.folder)\n"
            )
        }
    }
}
