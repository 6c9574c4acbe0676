import DeskbridgeActions
import DeskbridgeCore
import Foundation
import Glibc
import Testing

@testable import DeskbridgeCommands

@Suite(.timeLimit(.minutes(1))) struct DoctorTests {
    @Test func eachFindingHasItsMarkAndItsRemedy() {
        let channel = TestTerminal().terminal().output
        #expect(DoctorReport.text("Clock", .passed("fine"), for: channel) == "✓ Clock: fine\n")
        #expect(DoctorReport.text("Disk", .warned("low", remedy: "Free some."), for: channel) == "! Disk: low\n    -> Free some.\n")
        #expect(DoctorReport.text("Port", .failed("a\nb", remedy: "Do it."), for: channel) == "✗ Port: a\n    b\n    -> Do it.\n")
        #expect(DoctorReport.text("Bus", .skipped("none"), for: channel) == "- Bus: none\n")
    }

    @Test func aHomeThatIsNotThereFailsWithTheCommandThatMakesIt() async throws {
        try await TemporaryHome.with { temporary in
            #expect(HomeChecks.presence(temporary.home, remedy: "Run: x").isFailure)
            _ = try HomeInitializer(home: temporary.home).run(port: 7420)
            #expect(!HomeChecks.presence(temporary.home, remedy: "Run: x").isFailure)
        }
    }

    @Test func aStateFolderOthersCanReadFails() async throws {
        try await TemporaryHome.with { temporary in
            let state = temporary.home.state
            #expect(HomeChecks.privacy([state]) == .skipped("no state folder yet"))
            mkdir(state, 0o700)
            #expect(!HomeChecks.privacy([state]).isFailure)
            chmod(state, 0o755)
            #expect(
                HomeChecks.privacy([state])
                    == .failed("\(state) has mode 0755: others can get in", remedy: "Run: chmod 0700 '\(state)'"))
            chmod(state, 0o700)
            close(creat("\(state)/ledger.db", 0o600))
            chmod("\(state)/ledger.db", 0o640)
            #expect(HomeChecks.privacy([state]).isFailure)
        }
    }

    @Test func aStateFolderThatCannotBeWrittenFails() async throws {
        try await TemporaryHome.with { temporary in
            let state = temporary.home.state
            #expect(HomeChecks.writing(to: state) == .skipped("no state folder yet"))
            mkdir(state, 0o700)
            #expect(HomeChecks.writing(to: state) == .passed(state))
        }
        #expect(
            HomeChecks.unwritable("/s", EROFS)
                == .failed("/s is on a disk that is mounted read-only", remedy: "Mount it for writing, or use another --home."))
        #expect(HomeChecks.unwritable("/s", EACCES) == .failed("/s: Permission denied", remedy: "Run: chmod 0700 '/s'"))
    }

    @Test func anActionOthersCanChangeFails() async throws {
        try await TemporaryHome.with { temporary in
            _ = try HomeInitializer(home: temporary.home).run(port: 7420)
            let action = "\(temporary.home.actions)/create-resource.yaml"
            #expect(!HomeChecks.authorship([temporary.home.actions]).isFailure)
            chmod(action, 0o666)
            #expect(
                HomeChecks.authorship([temporary.home.actions])
                    == .failed("\(action) has mode 0666: others can change it", remedy: "Run: chmod go-w '\(action)'"))
        }
    }

    @Test func aClockThatWasSetBackFails() async throws {
        try await TemporaryHome.with { temporary in
            #expect(MachineChecks.time(Timestamp(milliseconds: 0), state: temporary.folder).isFailure)
            #expect(!MachineChecks.time(WallClock.system.now(), state: temporary.folder).isFailure)
            close(creat("\(temporary.folder)/ledger.db", 0o600))
            #expect(MachineChecks.time(Timestamp(milliseconds: 1_740_000_000_000), state: temporary.folder).isFailure)
        }
    }

    @Test func aDiskThatIsNearlyFullWarnsAndThenFails() {
        func kind(_ bytes: UInt64) -> String {
            switch MachineChecks.space(bytes: bytes, folder: "/s") {
            case .passed(let text): text
            case .warned(let text, _): "warned: \(text)"
            case .failed(let text, _): "failed: \(text)"
            case .skipped: "skipped"
            }
        }
        #expect(kind(63 << 20) == "failed: 63 MiB left")
        #expect(kind(64 << 20) == "warned: 64 MiB left")
        #expect(kind(512 << 20) == "512 MiB left")
        #expect(kind(20 << 30) == "20 GiB left")
    }

    @Test func aSessionBusIsLookedForWhereItsAddressSays() async throws {
        try await TemporaryHome.with { temporary in
            let path = "\(temporary.folder)/bus"
            func isPassed(_ finding: Finding) -> Bool { if case .passed = finding { true } else { false } }
            #expect(!isPassed(MachineChecks.sessionBus(nil, runtimeFolder: nil)))
            #expect(!isPassed(MachineChecks.sessionBus("Invalid file descriptor: \"--print-pid\"", runtimeFolder: nil)))
            #expect(!isPassed(MachineChecks.sessionBus("unix:path=\(path),guid=1", runtimeFolder: nil)))
            #expect(!isPassed(MachineChecks.sessionBus(nil, runtimeFolder: temporary.folder)))
            close(creat(path, 0o600))
            #expect(isPassed(MachineChecks.sessionBus("unix:path=\(path),guid=1", runtimeFolder: nil)))
            #expect(isPassed(MachineChecks.sessionBus(nil, runtimeFolder: temporary.folder)))
            #expect(isPassed(MachineChecks.sessionBus("unix:abstract=/tmp/x", runtimeFolder: nil)))
        }
    }

    @Test func aPortSomebodyElseHasFailsUnlessItIsTheDaemon() throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(listener) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && getsockname(listener, $0, &length) == 0
            }
        }
        #expect(isBound)
        #expect(listen(listener, 1) == 0)
        var configuration = ListenConfiguration()
        configuration.port = Int(UInt16(bigEndian: address.sin_port))
        #expect(DaemonChecks.port(configuration, status: nil).isFailure)
        let status = try BridgeStatus(["version": "1", "listen": [.string("127.0.0.1:\(configuration.port)")]])
        #expect(!DaemonChecks.port(configuration, status: status).isFailure)
    }

    @Test func aConfigurationThatIsNotThereIsSaidToBeTheDefaults() async throws {
        try await TemporaryHome.with { temporary in
            let all = ConfigurationChecks.all(temporary.home, userFolder: "/", configuration: .success(.defaults))
            let check = try #require(all.first { $0.name == "Configuration" })
            #expect(await check.look() == .passed("none; defaults"))
            try Data().write(to: URL(filePath: temporary.home.configurationFile))
            #expect(await check.look() == .passed(temporary.home.configurationFile))
        }
    }

    @Test(
        arguments: [
            (7, "/usr/bin/bwrap", true, "bubblewrap (/usr/bin/bwrap), landlock (version 7; network off by a namespace)"),
            (4, nil, false, "landlock (version 4; network off for TCP only)"),
            (2, nil, false, "landlock (version 2; cannot turn the network off)"),
        ] as [(Int, String?, Bool, String)])
    func theSandboxesOfThisMachineAreNamed(landlock: Int, bubblewrap: String?, isolatesNetwork: Bool, finding: String) {
        let support = SandboxSupport(landlock: landlock, bubblewrap: bubblewrap, isolatesNetwork: isolatesNetwork)
        #expect(MachineChecks.sandbox(support) == .passed(finding))
    }

    @Test func noSandboxIsAWarningAlone() {
        let finding = MachineChecks.sandbox(SandboxSupport(landlock: 0, bubblewrap: nil, isolatesNetwork: false))
        #expect(!finding.isFailure)
        #expect(finding != .passed("no tier"))
    }

    @Test func theKernelHasWhatFoldersNeed() { #expect(!MachineChecks.systemCalls().isFailure) }

    @Test func grantsThatCannotBeUsedAreNamed() async throws {
        try await TemporaryHome.with { temporary in
            let policy = "grants: {executables: [/bin/sh, /nowhere/tool], folders: [\(temporary.folder), /proc/sys]}\n"
            let set = try PolicySet.parse([YAMLParser.parse(policy, file: "p.yaml")], home: "/h")
            let finding = ConfigurationChecks.executables(.success(set))
            #expect(finding == .failed("/nowhere/tool not there, or no program", remedy: "Install it, or correct the path in policies/."))
            #expect(ConfigurationChecks.executables(.failure(DefinitionErrors())) == .skipped("the policies have mistakes"))
        }
    }

    @Test func aRunningDaemonWithMistakesInItsFilesFails() throws {
        let status = try BridgeStatus(Samples.status())
        #expect(DaemonChecks.definitions(.success(status)).isFailure)
        #expect(DaemonChecks.answer(.success(status), remedy: "") == .passed("version 1.2.0 answers (pid 812)"))
        let failure = try ControlError.notRunning(socket: "/s").failure(.plain())
        #expect(DaemonChecks.answer(.failure(failure), remedy: "").isFailure)
    }

    @Test func theWholeExaminationIsJSONToo() async throws {
        try await TemporaryHome.with { temporary in
            let terminal = TestTerminal()
            let command = try Doctor.parse(["--format", "json", "--home", temporary.folder])
            await #expect(throws: ExitStatus.failed.exitCode) { try await command.run(on: terminal.terminal()) }
            let checks = try #require(try JSONParser.parse(terminal.output)["checks"]?.arrayValue)
            #expect(checks.count >= 12)
            #expect(checks.first?["finding"]?.stringValue == "failed")
            #expect(checks.first?["remedy"]?.stringValue?.contains("deskbridge init") == true)
        }
    }
}
