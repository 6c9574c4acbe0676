import DeskbridgeCore
import Glibc
import Testing

@testable import DeskbridgeActions

extension ProcessRuns {
    /// Which executables are started, and that it is the one that was looked at.
    struct ProcessExecutableTests {
        private let fixture = ProcessFixture()

        private func failure(_ path: String) async throws -> Failure? { await fixture.perform(try fixture.plan("argv: [\(path)]")).failure }

        @Test(arguments: [mode_t(0o775), 0o757, 0o777])
        func whatOthersMayWriteToIsNotStarted(mode: mode_t) async throws {
            let folder = try ProcessTestFolder()
            let script = try folder.file("tool", "#!/bin/sh\n", mode: mode)
            let failure = try await failure(script)
            #expect(failure?.code == "executable_not_safe")
            #expect(failure?.message.contains("chmod go-w \(script)") == true)
        }

        @Test(.enabled(if: geteuid() == 0, "only root can give files away"))
        func whatBelongsToAnotherUserIsNotStarted() async throws {
            let folder = try ProcessTestFolder()
            let script = try folder.file("tool", "#!/bin/sh\n", mode: 0o755)
            #expect(chown(script, 65534, 65534) == 0)
            #expect(try await failure(script)?.code == "executable_not_safe")

            let link = folder.adding("link")
            #expect(symlink("/bin/true", link) == 0)
            #expect(try await failure(link) == nil)
            #expect(lchown(link, 65534, 65534) == 0)
            #expect(try await failure(link)?.code == "executable_not_safe")
        }

        @Test func aFolderThatEverybodyMayWriteToIsNotTrusted() async throws {
            let folder = try ProcessTestFolder()
            let script = try folder.file("tool", "#!/bin/sh\n", mode: 0o755)
            #expect(try await failure(script) == nil)
            #expect(chmod(folder.path, 0o777) == 0)
            #expect(try await failure(script)?.message.contains("everybody may write to the folder \(folder.path)") == true)
            // As /tmp: others cannot replace what is not theirs.
            #expect(chmod(folder.path, 0o1777) == 0)
            #expect(try await failure(script) == nil)
        }

        @Test(arguments: [("/usr/bin/true", "x"), ("../../../usr/bin/true", "x"), ("x", "/usr/bin/true"), ("./x", "true")])
        func linksAreFollowed(first: String, second: String) async throws {
            let folder = try ProcessTestFolder()
            let x = folder.adding("x")
            let link = folder.adding("link")
            #expect(symlink(second == "x" ? first : second == "true" ? "/bin/true" : second, x) == 0)
            #expect(symlink(second == "x" ? "x" : first, link) == 0)
            #expect(try CheckedExecutable.open(link).path == "/usr/bin/true")
            #expect(try await failure(link) == nil)
        }

        @Test func linksInACircleAreMissing() async throws {
            let folder = try ProcessTestFolder()
            let link = folder.adding("link")
            #expect(symlink("link", link) == 0)
            #expect(try await failure(link)?.code == "executable_missing")
        }

        @Test func whatWasSwappedAfterTheCheckDoesNotRun() async throws {
            let folder = try ProcessTestFolder()
            let tool = folder.adding("tool")
            #expect(rename(try copy("/bin/echo", folder.adding("good")), tool) == 0)
            let bad = try copy("/bin/false", folder.adding("bad"))
            let checked = try CheckedExecutable.open(tool)
            #expect(rename(bad, tool) == 0)
            let (ending, output) = try await start(checked, ["tool", "the checked one"])
            #expect(ending == .code(0))
            #expect(output == "the checked one\n")
        }

        @Test func aScriptThatWasSwappedAfterTheCheckDoesNotRun() async throws {
            let folder = try ProcessTestFolder()
            let tool = try folder.file("tool", "#!/bin/sh\necho good", mode: 0o755)
            let bad = try folder.file("bad", "#!/bin/sh\necho bad", mode: 0o755)
            let checked = try CheckedExecutable.open(tool)
            #expect(rename(bad, tool) == 0)
            let plan = try fixture.plan("argv: [\(tool)]")
            do {
                _ = try await start(checked, [tool])
                Issue.record("it was started")
            } catch let problem as ProcessLaunch.Problem {
                #expect(Failure(problem, plan).code == "executable_changed")
                #expect(Failure(problem, plan).kind == .retryable)
            }
        }

        /// A thread swaps a granted program for another one, which is not safe, as fast as it can.
        @Test func noSwapMakesTheOtherProgramRun() async throws {
            let folder = try ProcessTestFolder()
            let tool = try copy("/bin/echo", folder.adding("tool"))
            // Others may write to it, so it must never run.
            let other = try copy("/bin/false", folder.adding("other"))
            #expect(chmod(other, 0o777) == 0)
            let stop = Stop()
            let fixture = self.fixture
            let plan = try fixture.plan("argv: [\(tool), good]")
            let counts = await withTaskGroup(of: [String: Int].self) { group in
                group.addTask {
                    await BlockingCalls.run {
                        var swaps = 0
                        while !stop.isAsked { swaps += Exchange.names(tool, other) ? 1 : 0 }
                        return ["swaps": swaps]
                    }
                }
                group.addTask {
                    var counts: [String: Int] = [:]
                    for _ in 0..<300 {
                        let outcome = await fixture.perform(plan)
                        let word = outcome.result?["stdout"]?.stringValue ?? outcome.failure?.code ?? "?"
                        counts[word, default: 0] += 1
                    }
                    stop.ask()
                    return counts
                }
                return await group.reduce(into: [:]) { $0.merge($1) { $0 + $1 } }
            }
            #expect(Set(counts.keys).isSubset(of: ["good", "executable_not_safe", "executable_missing", "swaps"]), "\(counts)")
            #expect(counts["swaps", default: 0] > 300)
        }

        private func start(_ executable: CheckedExecutable, _ arguments: [String]) async throws -> (ProcessEnding.Status, String) {
            let streams = try StandardStreams(input: nil)
            defer {
                close(streams.outputReader)
                close(streams.errorReader)
            }
            let root = try #require(Descriptor(place: "/"))
            let launch = ProcessLaunch(
                executable: executable, directory: root, arguments: arguments, environment: [], input: streams.input,
                output: streams.output, error: streams.error)
            let started = try await SpawnThreads.shared.run { Result { () throws(ProcessLaunch.Problem) in try launch.start() } }?.get()
            let ending = try await #require(started).reap()
            var bytes = [UInt8](repeating: 0, count: 4096)
            let count = read(streams.outputReader, &bytes, bytes.count)
            return (ending.status, String(decoding: bytes.prefix(max(0, count)), as: UTF8.self))
        }

        private func copy(_ path: String, _ place: String) throws -> String {
            let from = open(path, O_RDONLY | O_CLOEXEC)
            let to = open(place, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o755)
            defer {
                close(from)
                close(to)
            }
            var bytes = [UInt8](repeating: 0, count: 1 << 20)
            let count = read(from, &bytes, bytes.count)
            guard count > 0, write(to, bytes, count) == count, fchmod(to, 0o755) == 0 else { throw FixtureError(errno: errno) }
            return place
        }
    }
}
