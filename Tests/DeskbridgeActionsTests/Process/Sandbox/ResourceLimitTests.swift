import DeskbridgeCore
import Glibc
import Testing

@testable import DeskbridgeActions

extension ProcessRuns {
    /// Limits that are hit.
    struct ResourceLimitTests {
        private let fixture = ProcessFixture()

        @Test func processorTimeThatIsUsedUpEndsTheProcess() async throws {
            let failure = await fixture.perform(try fixture.shell("while :; do :; done", extra: "limits: {cpu: 1s}")).failure
            #expect(failure?.code == "limit_exceeded")
            #expect(failure?.kind == .unknownOutcome)
            #expect(failure?.message.contains("limits.cpu") == true)
        }

        @Test func aFileThatGetsTooLongEndsTheProcess() async throws {
            let folder = try ProcessTestFolder()
            let file = folder.adding("long")
            let plan = try fixture.plan(
                "argv: [/usr/bin/dd, if=/dev/zero, \"of=\(file)\", bs=1024, count=100]\nlimits: {fileSize: 10KiB}")
            let failure = await fixture.perform(plan).failure
            #expect(failure?.code == "limit_exceeded")
            #expect(failure?.message.contains("limits.fileSize") == true)
            var status = stat()
            #expect(stat(file, &status) == 0 && status.st_size == 10_240)
        }

        @Test func memoryBeyondTheLimitIsNotGiven() async throws {
            let plan = try fixture.plan(
                "argv: [/usr/bin/python3, -I, -c, \"x = bytearray(256 << 20); print(len(x))\"]\nlimits: {memory: 64MiB}")
            let failure = await fixture.perform(plan).failure
            #expect(failure?.code == "exit_status")
            #expect(failure?.message.contains("MemoryError") == true)
            #expect(failure?.message.contains("limits memory 64MiB") == true)
        }

        @Test func filesBeyondTheLimitAreNotOpened() async throws {
            let script = "import os\nfor i in range(40): os.open('/dev/null', os.O_RDONLY)"
            let plan = try fixture.plan(
                "argv: [/usr/bin/python3, -I, -c, \(JSONValue.string(script).text)]\nlimits: {openFiles: 16}")
            let failure = await fixture.perform(plan).failure
            #expect(failure?.code == "exit_status")
            #expect(failure?.message.contains("Too many open files") == true)
        }

        /// The kernel does not count the processes of root, so as root the program runs as nobody.
        @Test func processesBeyondTheLimitAreNotStarted() async throws {
            let running = ResourceLimits.running()
            let script = """
                import os, signal
                if os.getuid() == 0: os.setgroups([]); os.setgid(65534); os.setuid(65534)
                children = []
                try:
                    for i in range(\(running) + 40):
                        child = os.fork()
                        if child == 0:
                            signal.pause()
                        children.append(child)
                    print("all")
                except BlockingIOError:
                    print("refused")
                finally:
                    for child in children: os.kill(child, 9)
                    for child in children: os.waitpid(child, 0)
                """
            let doubled = script.flatMap { $0 == "{" || $0 == "}" ? [$0, $0] : [$0] }
            func said(_ extra: String) async throws -> JSONValue? {
                let argv = ["/usr/bin/python3", "-I", "-c", String(doubled)].map { JSONValue.string($0) }
                return await fixture.perform(try fixture.plan("argv: \(JSONValue.array(argv).text)\n\(extra)")).result?["stdout"]
            }
            #expect(try await said("limits: {processes: 10}") == "refused")
            #expect(try await said("") == "all")
        }

        @Test func whatIsNotLimitedStaysAsItWas() async throws {
            let script = "ulimit -t; ulimit -f; ulimit -d"
            let said = await fixture.perform(try fixture.shell(script)).result?["stdout"]
            #expect(said == "unlimited\nunlimited\nunlimited")
        }
    }
}
