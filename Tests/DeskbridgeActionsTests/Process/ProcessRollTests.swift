import DeskbridgeCore
import DeskbridgeTestSupport
import Glibc
import Testing

@testable import DeskbridgeActions

extension ProcessRuns {
    /// What is noted about running processes, and what a later bridge makes of it.
    struct ProcessRollTests {
        private let folder: ProcessTestFolder
        private let file: String

        init() throws {
            folder = try ProcessTestFolder()
            file = folder.adding("processes")
        }

        private func lines() -> [RollLine] {
            guard let bytes = ProcessTable.bytes(file, atMost: 1 << 20) else { return [] }
            return ProcessRoll.sessions(in: bytes, on: ProcessRoll.machine()).map(\.line)
        }

        private func kept() async throws -> (roll: ProcessRoll, fixture: ProcessFixture) {
            let roll = ProcessRoll()
            #expect(try await roll.endLeftovers(in: folder.path).isEmpty)
            try await roll.begin()
            var fixture = ProcessFixture()
            fixture.roll = roll
            return (roll, fixture)
        }

        /// Leaves the file as a bridge does that was killed.
        private func write(_ line: RollLine, mark: String = "abc", machine: String? = ProcessRoll.machine()) throws {
            let number = String(repeating: "0", count: 10 - "\(line.leader)".count) + "\(line.leader)"
            let text = RollLine.padded("\(number) \(line.notedAt) \(line.event) \(line.attempt) \(line.step)")
            let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
            defer { close(descriptor) }
            let bytes = ProcessRoll.header(mark: mark, machine: try #require(machine)) + RollLine.empty + text
            #expect(Glibc.write(descriptor, bytes, bytes.count) == bytes.count)
        }

        private static let event = EventID(at: Timestamp(milliseconds: 0))

        private func line(_ leader: pid_t, notedAt: UInt64) -> RollLine {
            RollLine(leader: leader, notedAt: notedAt, event: Self.event, attempt: 1, step: "s")
        }

        @Test func aProcessIsNotedBeforeItDoesAnythingAndStruckAtItsEnd() async throws {
            let (_, fixture) = try await kept()
            let outcome = await fixture.perform(try fixture.shell("echo $$; cat \"$1\"", [file]))
            let said = try #require(outcome.result?["stdout"]?.stringValue).split(separator: "\n").map(String.init)
            let noted = try #require(RollLine(Array(RollLine.padded(said[2]))))
            #expect("\(noted.leader)" == said[0])
            #expect(noted.step == "s" && noted.attempt == 1)
            #expect(lines().isEmpty)
        }

        @Test func aProcessThatCouldNotBeStartedIsStruckToo() async throws {
            let (_, fixture) = try await kept()
            let program = try folder.file("program", "#!/no/such/interpreter\n", mode: 0o755)
            #expect(await fixture.perform(try fixture.plan("argv: [\(program)]")).failure?.code == "spawn_failed")
            #expect(lines().isEmpty)
        }

        @Test func theFileIsAsLongAsProcessesEverRanAtOnce() async throws {
            let (_, fixture) = try await kept()
            for _ in 1...20 { _ = await fixture.perform(try fixture.plan("argv: [/bin/true]")) }
            let bytes = try #require(ProcessTable.bytes(file, atMost: 1 << 20))
            #expect(bytes.count == 2 * RollLine.length)
        }

        @Test func whereNothingCanBeNotedNothingIsStarted() async throws {
            let (roll, fixture) = try await kept()
            let trace = folder.adding("trace")
            let plan = try fixture.shell("echo ran > \"$1\"", [trace])
            let preparation = try ProcessPreparation(plan)
            let streams = try StandardStreams(input: nil)
            defer { for reader in [streams.outputReader, streams.errorReader] { close(reader) } }
            let run = StepRun(event: Self.event, attempt: 1, step: "s", isSafeToRepeat: true) { _, _ in }
            let full = try #require(Descriptor(checked: open("/dev/full", O_RDWR | O_CLOEXEC)))
            let launch = ProcessLaunch(
                executable: preparation.executable, directory: preparation.directory, arguments: preparation.arguments, environment: [],
                input: streams.input, output: streams.output, error: streams.error,
                note: ProcessNote(roll: roll, line: 1, file: full, text: RollLine.text(for: run), mark: ""))
            let result = await SpawnThreads.shared.run { Result { () throws(ProcessLaunch.Problem) in try launch.start() } }
            guard case .failure(let problem) = result else { return #expect(Bool(false), "it was started") }
            let failure = Failure(problem, plan)
            #expect(problem.errno == .noSpace)
            #expect(failure.code == "spawn_failed" && failure.kind == .retryable)
            #expect(access(trace, F_OK) != 0)
        }

        @Test func theEnvironmentSaysWhichRunOfTheBridgeAProcessBelongsTo() async throws {
            let (_, fixture) = try await kept()
            let plan = try fixture.shell("printenv DESKBRIDGE_RUN")
            let first = await fixture.perform(plan)
            #expect(first.result?["stdout"]?.stringValue?.count == 32)
            #expect(await fixture.perform(plan).result?["stdout"] == first.result?["stdout"])
            let (_, next) = try await kept()
            #expect(await next.perform(plan).result?["stdout"] != first.result?["stdout"])
        }

        // MARK: At the next start

        /// A session whose leader is gone: a child that heeds TERM, one in a group of its own that does not, and a grandchild.
        private static let orphans = #"""
            sh -c 'sleep 1000 & echo pid $!; echo pid $$; wait' &
            trap "" TERM
            /usr/bin/perl -e '$| = 1; setpgrp(0, 0); print "pid $$\n"; sleep 1000' &
            """#

        /// Starts the orphans in a session of their own.
        private func orphaned(_ environment: [String]) throws -> (leader: pid_t, processes: [pid_t], watch: OrphanedSession) {
            let session = try OrphanedSession(Self.orphans, environment: environment, lines: 3)
            return (session.leader, session.processes, session)
        }

        @Test func whatAKilledBridgeLeftIsEndedToTheLastProcess() async throws {
            let (leader, processes, session) = try orphaned(["DESKBRIDGE_RUN=abc"])
            defer { session.kill() }
            #expect(processes.allSatisfy(isRunning))
            try write(line(leader, notedAt: 1))
            let leftovers = try await ProcessRoll().endLeftovers(in: folder.path)
            #expect(leftovers.map(\.event) == [Self.event])
            #expect(leftovers.first?.remaining == [])
            #expect(leftovers.first.map { $0.ended >= 3 } == true)
            #expect(!processes.contains(where: isRunning))
        }

        @Test(arguments: [[], ["DESKBRIDGE_RUN=ab"], ["DESKBRIDGE_RUN=abcd"], ["XDESKBRIDGE_RUN=abc"], ["X=DESKBRIDGE_RUN=abc"]])
        func aSessionOfStrangersThatHasTheNumberNowIsNotTouched(environment: [String]) async throws {
            let (leader, processes, session) = try orphaned(environment)
            defer { session.kill() }
            try write(line(leader, notedAt: 1))
            let leftovers = try await ProcessRoll().endLeftovers(in: folder.path)
            #expect(leftovers.map(\.ended) == [0])
            let remaining = leftovers.flatMap(\.remaining)
            #expect(Set(remaining).isSuperset(of: processes))
            #expect(processes.allSatisfy(isRunning))
        }

        @Test func aLeaderThatWasStartedAfterItWasNotedIsAnother() async throws {
            let session = try OrphanedSession("echo pid $$; exec sleep 1000", environment: [], lines: 1)
            defer { session.kill() }
            try write(line(session.leader, notedAt: 1))
            let leftovers = try await ProcessRoll().endLeftovers(in: folder.path)
            #expect(leftovers.map(\.remaining) == [[session.leader]])
            #expect(isRunning(session.leader))

            // And the very same one, if it was there when it was noted.
            try write(line(session.leader, notedAt: .max / 2))
            #expect(try await ProcessRoll().endLeftovers(in: folder.path).map(\.ended) == [1])
            #expect(!isRunning(session.leader))
        }

        @Test func numbersOfAnotherMachineMeanNothing() async throws {
            let (leader, processes, session) = try orphaned(["DESKBRIDGE_RUN=abc"])
            defer { session.kill() }
            try write(line(leader, notedAt: 1), machine: "another/pid:[1]")
            #expect(try await ProcessRoll().endLeftovers(in: folder.path).isEmpty)
            #expect(processes.allSatisfy(isRunning))
        }

        @Test(arguments: ["", "nonsense", String(repeating: "\n", count: 1000), String(repeating: "\u{0}", count: 1000)])
        func aDamagedFileIsWrittenAnew(text: String) async throws {
            _ = try folder.file("processes", text, mode: 0o600)
            let (_, fixture) = try await kept()
            #expect(await fixture.perform(try fixture.plan("argv: [/bin/true]")).result != nil)
            #expect(lines().isEmpty)
        }

        @Test(arguments: [
            "", "1 2 3 4 5", "0000000001 1 \(event) 1 s", "0000000000 1 \(event) 1 s", "-000000007 1 \(event) 1 s",
            "0000000017 x \(event) 1 s", "0000000017 1 event 1 s", "0000000017 1 \(event) 1",
        ])
        func whatIsNoLineIsLeftOut(text: String) { #expect(RollLine(RollLine.padded(text)) == nil) }

        @Test func aLineIsReadAsItIsWritten() throws {
            let run = StepRun(event: Self.event, attempt: 12, step: "a-step", isSafeToRepeat: true) { _, _ in }
            var text = RollLine.text(for: run)
            #expect(text.count == RollLine.length)
            #expect(RollLine(text) == nil, "no process has put in its number yet")
            text.replaceSubrange(0..<10, with: Array("0000004711".utf8))
            text.replaceSubrange(11..<31, with: Array("00000000000000000099".utf8))
            #expect(RollLine(text) == RollLine(leader: 4711, notedAt: 99, event: Self.event, attempt: 12, step: "a-step"))
        }
    }
}

/// Processes in a session of their own that say their numbers, as `pid 17`, each on a line.
private struct OrphanedSession {
    let leader: pid_t
    private(set) var processes: [pid_t] = []
    private let shell: SpawnedProcess

    /// - Parameter environment: all of it.
    init(_ script: String, environment: [String], lines: Int) throws {
        shell = try SpawnedProcess(["/usr/bin/env", "-i"] + environment + ["/usr/bin/setsid", "/bin/sh", "-c", script])
        leader = try #require(shell.pid)
        for _ in 1...lines {
            let line = try #require(shell.readLine())
            processes.append(try #require(pid_t(line.dropFirst("pid ".count))))
        }
    }

    func kill() {
        for process in ProcessTable.running(where: { $0.session == leader }) { Glibc.kill(process.id, SIGKILL) }
    }
}
