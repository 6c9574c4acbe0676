import DeskbridgeCore
import Glibc
import Testing

@testable import DeskbridgeActions

extension ProcessRuns {
    /// How runs end, and what is told of them.
    struct ProcessOutcomeTests {
        private let fixture = ProcessFixture()

        @Test(arguments: [
            (1, Failure.Kind.retryable), (75, .retryable), (64, .permanent), (77, .permanent), (127, .permanent), (255, .retryable),
        ])
        func anExitCodeBecomesAFailureOfItsKind(code: Int, kind: Failure.Kind) async throws {
            let script = "echo first >&2; echo 'no such  thing' >&2; echo >&2; exit $1"
            let outcome = await fixture.perform(try fixture.shell(script, ["\(code)"]))
            #expect(outcome == .failed(Failure("exit_status", "sh exited with \(code): no such  thing", kind)))
        }

        @Test func aCodeThatIsSuccessIsOne() async throws {
            let outcome = await fixture.perform(try fixture.shell("exit 3", extra: "exitCodes: {success: [0, 3]}"))
            #expect(outcome.result == ["exitCode": 3, "stdout": "", "stderr": ""])
        }

        @Test func aFailureQuotesNoEndlessLine() async throws {
            let outcome = await fixture.perform(try fixture.shell("head -c 5000 /dev/zero | tr '\\0' x >&2; exit 1"))
            #expect(outcome.failure?.message == "sh exited with 1: \(String(repeating: "x", count: 300))…")
        }

        @Test func aFailureQuotesNoControlCharacters() async throws {
            let outcome = await fixture.perform(try fixture.shell(#"printf 'a\033[2Jb\007\n' >&2; exit 1"#))
            #expect(outcome.failure?.message == "sh exited with 1: a [2Jb ")
        }

        @Test(arguments: [("KILL", "SIGKILL"), ("SEGV", "SIGSEGV"), ("TERM", "SIGTERM")])
        func aSignalFromOutsideLeavesTheEffectUnknown(signal: String, name: String) async throws {
            let outcome = await fixture.perform(try fixture.shell("kill -\(signal) $$"))
            #expect(outcome == .failed(Failure("signaled", "sh was ended by \(name)", .unknownOutcome)))
        }

        @Test func bothStreamsAreKeptApartAndShownLive() async throws {
            let log = OutputLog()
            let outcome = await fixture.perform(try fixture.shell("echo out; echo err >&2; echo more"), log)
            #expect(outcome.result == ["exitCode": 0, "stdout": "out\nmore", "stderr": "err"])
            #expect(log.text(.stdout) == "out\nmore\n")
            #expect(log.text(.stderr) == "err\n")
        }

        @Test func outputIsShownBeforeTheProcessEnds() async throws {
            let folder = try ProcessTestFolder()
            let pipe = folder.adding("go")
            #expect(mkfifo(pipe, 0o600) == 0)
            // Opened for both ways, so that neither side waits for the other.
            let descriptor = open(pipe, O_RDWR | O_CLOEXEC)
            defer { close(descriptor) }
            let log = OutputLog()
            let plan = try fixture.shell("echo ready; read line < $1; echo got $line", [pipe])
            async let outcome = fixture.perform(plan, log)
            await log.waitForText("ready\n")
            #expect(write(descriptor, "go\n", 3) == 3)
            #expect(await outcome.result?["stdout"] == "ready\ngot go")
        }

        @Test func binaryOutputIsPassedOnAsItIsAndRepairedInTheResult() async throws {
            let log = OutputLog()
            let outcome = await fixture.perform(try fixture.shell(#"printf '\000\377a\303\n'"#), log)
            #expect(log.bytes() == [0, 0xFF, 0x61, 0xC3, 0x0A])
            #expect(outcome.result?["stdout"] == "\0\u{FFFD}a\u{FFFD}")
        }

        @Test func hugeOutputTakesBoundedMemoryAndLeavesItsEnd() async throws {
            let before = residentKilobytes()
            let plan = try fixture.shell("head -c 100000000 /dev/zero; printf 'the end'", extra: "output: {tail: 1KiB}")
            let outcome = await fixture.perform(plan) { _, _ in }
            #expect(outcome.result?["stdout"] == .string(String(repeating: "\0", count: 1017) + "the end"))
            #expect(outcome.result?["stdoutDropped"] == .integer(100_000_007 - 1024))
            #expect(residentKilobytes() - before < 50_000)
        }

        private func residentKilobytes() -> Int {
            let descriptor = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
            defer { close(descriptor) }
            let bytes = [UInt8](unsafeUninitializedCapacity: 256) { $1 = max(0, read(descriptor, $0.baseAddress, $0.count)) }
            let fields = String(decoding: bytes, as: UTF8.self).split(separator: " ")
            return fields.count > 1 ? (Int(fields[1]) ?? 0) * 4 : 0
        }

        @Test(arguments: [
            (#"{"a": [1, 2.50, "x"]}"#, #"{"a":[1,2.5,"x"]}"#), ("  7\n", "7"), ("null", "null"),
        ])
        func outputIsReadAsJSON(text: String, json: String) async throws {
            let plan = try fixture.shell(#"printf %s "$1""#, [text.doubledBraces], extra: "output: {parse: json, tail: 1B}")
            let outcome = await fixture.perform(plan)
            #expect(outcome.result?["json"]?.text == json)
        }

        @Test(arguments: ["", "{", "{} {}", "{'a': 1}", "\u{FEFF}{}"])
        func whatIsNoJSONIsAPermanentFailure(text: String) async throws {
            let outcome = await fixture.perform(try fixture.shell(#"printf %s "$1""#, [text.doubledBraces], extra: "output: {parse: json}"))
            #expect(outcome.failure?.code == "invalid_output")
            #expect(outcome.failure?.kind == .permanent)
        }

        @Test func longOutputIsReadAsJSONUpToItsLimit() async throws {
            let script = #"printf '"'; head -c $1 /dev/zero | tr '\0' x; printf '"'"#
            let fits = await fixture.perform(try fixture.shell(script, ["1048574"], extra: "output: {parse: json}"))
            #expect(fits.result?["json"]?.stringValue?.utf8.count == 1_048_574)
            let exceeds = await fixture.perform(try fixture.shell(script, ["1048575"], extra: "output: {parse: json}"))
            #expect(exceeds.failure?.code == "invalid_output")
        }

        @Test func secretsAppearNowhereInWhatComesOut() async throws {
            var fixture = self.fixture
            fixture.fields = ["key": FieldDeclaration(.string, isSecret: true)]
            fixture.values = ["key": "hunter2"]
            let script = #"printf 'key=hunt'; echo er2; echo "{{\"k\": \"$K\"}}"; printf 'bad key %s\n' $K >&2; exit $1"#
            for code in [0, 1] {
                let log = OutputLog()
                let plan = try fixture.plan(
                    "argv: [/bin/sh, -c, \(JSONValue.string(script).text), sh, \"\(code)\"]\nenvironment: {K: \"{key}\"}\n")
                let outcome = await fixture.perform(plan, log)
                if code == 0 {
                    #expect(outcome.result?["stdout"] == "key=<secret>\n{\"k\": \"<secret>\"}")
                    #expect(outcome.result?["stderr"] == "bad key <secret>")
                } else {
                    #expect(outcome.failure?.message == "sh exited with 1: bad key <secret>")
                }
                #expect(log.text(.stdout) == "key=<secret>\n{\"k\": \"<secret>\"}\n")
                #expect(log.text(.stderr) == "bad key <secret>\n")
            }
        }

        @Test func secretsInJSONAreHiddenInTheResult() async throws {
            var fixture = self.fixture
            fixture.fields = ["key": FieldDeclaration(.string, isSecret: true)]
            fixture.values = ["key": "hunter2"]
            let plan = try fixture.plan("argv: [/bin/cat]\nstdin: payload\noutput: {parse: json}")
            let outcome = await fixture.perform(plan)
            #expect(outcome.result?["json"] == ["key": "<secret>"])
            #expect(outcome.result?["stdout"] == #"{"key":"<secret>"}"#)
        }
    }
}

extension String {
    fileprivate var doubledBraces: String { replacing("{", with: "{{").replacing("}", with: "}}") }
}
