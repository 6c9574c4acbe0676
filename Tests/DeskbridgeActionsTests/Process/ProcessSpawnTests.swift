import CLinux
import DeskbridgeCore
import Glibc
import SystemPackage
import Testing

@testable import DeskbridgeActions

extension ProcessRuns {
    /// What happens when a process cannot be started.
    struct ProcessSpawnTests {
        private let fixture = ProcessFixture()

        private func failure(_ yaml: String) async throws -> Failure? {
            await fixture.perform(try fixture.plan(yaml)).failure
        }

        @Test func aMissingExecutableIsNamed() async throws {
            let failure = try await failure("argv: [/nowhere/tool]")
            #expect(failure?.code == "executable_missing")
            #expect(failure?.kind == .permanent)
            #expect(failure?.message.contains("/nowhere/tool") == true)
        }

        @Test func whatIsNoProgramIsNotStarted() async throws {
            let folder = try ProcessTestFolder()
            let file = try folder.file("plain", "text", mode: 0o600)
            for path in [file, folder.path] {
                let failure = try await failure("argv: [\(path)]")
                #expect(failure?.code == "executable_not_runnable")
                #expect(failure?.kind == .permanent)
            }
        }

        @Test func aMissingDirectoryIsNamed() async throws {
            let folder = try ProcessTestFolder()
            let file = try folder.file("plain", "text", mode: 0o600)
            for path in [folder.path + "/none", file] {
                let failure = try await failure("argv: [/bin/true]\ndirectory: \(path)")
                #expect(failure?.code == "directory_missing")
                #expect(failure?.kind == .permanent)
                #expect(failure?.message.contains(path) == true)
            }
        }

        @Test(arguments: [("#!/nowhere/interpreter\n", "#!"), ("no magic\n", "#!/bin/sh")])
        func aScriptThatTheKernelWillNotRunSaysWhy(text: String, advice: String) async throws {
            let folder = try ProcessTestFolder()
            let failure = try await failure("argv: [\(folder.file("script", text, mode: 0o700))]")
            #expect(failure?.code == "spawn_failed")
            #expect(failure?.kind == .permanent)
            #expect(failure?.message.contains(advice) == true, "\(failure?.message ?? "")")
        }

        @Test(arguments: [
            (EAGAIN, Failure.Kind.retryable), (ENOMEM, .retryable), (EMFILE, .retryable), (ENFILE, .retryable), (ETXTBSY, .retryable),
            (ENOENT, .permanent), (EACCES, .permanent), (ENOEXEC, .permanent), (E2BIG, .permanent), (EPERM, .permanent),
        ])
        func aLackMayEndByItself(errno: CInt, kind: Failure.Kind) throws {
            let failure = Failure(
                ProcessLaunch.Problem(errno: Errno(rawValue: errno), stage: DESKBRIDGE_SPAWN_EXECUTABLE),
                try fixture.plan("argv: [/bin/true]"))
            #expect(failure.code == "spawn_failed")
            #expect(failure.kind == kind)
        }

        @Test func twoHundredRunsLeaveNoDescriptorOpen() async throws {
            let folder = try ProcessTestFolder()
            let script = try folder.file("script", "#!/nowhere\n", mode: 0o700)
            let runs = try fixture.shell("cat; exit 0", extra: "stdin: {text: abc}")
            let fails = try fixture.plan("argv: [\(script)]\nstdin: payload")
            _ = await fixture.perform(runs)
            _ = await fixture.perform(fails)
            let before = openDescriptors()
            for _ in 0..<100 {
                #expect(await fixture.perform(runs).result == ["exitCode": 0, "stdout": "abc", "stderr": ""])
                #expect(await fixture.perform(fails).failure?.code == "spawn_failed")
            }
            // Tests beside this one may open some of their own; a leak would leave hundreds.
            #expect(openDescriptors() - before < 50)
        }

        private func openDescriptors() -> Int { (0..<4096).count { fcntl($0, F_GETFD) >= 0 } }

        @Test func manyProcessesRunAtOnce() async throws {
            let fixture = self.fixture
            let script = "head -c 200000 /dev/zero; printf $1"
            let plans = try (0..<64).map { try fixture.shell(script, ["\($0)"], extra: "output: {tail: 8B}") }
            let results = await withTaskGroup(of: (Int, JSONValue?).self) { group in
                for (index, plan) in plans.enumerated() {
                    group.addTask { (index, await fixture.perform(plan).result) }
                }
                return await group.reduce(into: [Int: JSONValue]()) { $0[$1.0] = $1.1 }
            }
            for index in 0..<64 {
                let text = "\(index)"
                #expect(
                    results[index] == [
                        "exitCode": 0, "stdout": .string(String(repeating: "\0", count: 8 - text.utf8.count) + text), "stderr": "",
                        "stdoutDropped": .integer(Int64(200_000 + text.utf8.count - 8)),
                    ])
            }
        }
    }
}
