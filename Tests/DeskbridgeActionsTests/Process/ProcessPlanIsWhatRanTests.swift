import DeskbridgeCore
import Glibc
import Testing

@testable import DeskbridgeActions

extension ProcessRuns {
    /// A process gets what its plan shows, to the byte.
    struct ProcessPlanIsWhatRanTests {
        /// Puts out its argv, environment and working directory as the kernel has them, and then its standard input.
        private static let dump = #"""
            cat /proc/$$/cmdline; printf '\n--\n'; cat /proc/$$/environ; printf '\n--\n'; readlink -n /proc/$$/cwd; printf '\n--\n'; cat
            """#

        @Test(arguments: [
            ["plain"], ["$(touch /tmp/x) `id` ${HOME} $HOME"], ["a b", "  "], ["line\nbreak\r\n", "tab\t"], ["'\"\\'"], ["*", "?", "~"],
            ["", "", "after two empty ones"], ["ä€😀\u{301}", "\u{FEFF}"], [";|&<>(){}[]!#%^"], [String(repeating: "x", count: 100_000)],
            ["\u{1}\u{1B}[2J\u{7F}"], ["{x}", "{{x}}"],
        ])
        func everyByteOfArgvEnvironmentDirectoryAndInputArrives(values: [String]) async throws {
            let folder = try ProcessTestFolder()
            var fixture = ProcessFixture(environment: ["HOME": "/h", "LANG": "C.UTF-8", "OTHER": "no", "EXTRA": "a=b\nc"])
            var elements: [JSONValue] = ["/bin/sh", "-c", .string(Self.dump.replacing("{", with: "{{").replacing("}", with: "}}")), "dump"]
            for (index, value) in values.enumerated() {
                fixture.fields["v\(index)"] = FieldDeclaration(.string)
                fixture.values["v\(index)"] = .string(value)
                elements.append(.string("{v\(index)}"))
            }
            let plan = try fixture.plan(
                """
                argv: \(JSONValue.array(elements).text)
                environment: {FIRST: "{v0}", EMPTY: ""}
                inheritEnvironment: [EXTRA]
                directory: \(folder.path)
                stdin: payload
                """)
            let log = OutputLog()
            let outcome = await fixture.perform(plan, log)
            #expect(outcome.result?["exitCode"] == 0)

            let parts = split(log.bytes())
            let shown = plan.shown
            #expect(strings(parts[0]) == shown["argv"]?.arrayValue?.compactMap(\.stringValue))
            #expect(strings(parts[0]).suffix(values.count) == values[...])
            #expect(strings(parts[1]) == shown["environment"]?.objectValue?.map { "\($0.key)=\($0.value.stringValue ?? "?")" })
            #expect(String(decoding: parts[2], as: UTF8.self) == shown["directory"]?.stringValue)
            #expect(String(decoding: parts[3], as: UTF8.self) == shown["stdin"]?.stringValue)
            #expect(try JSONParser.parse(parts[3]) == .object(fixture.values))
        }

        private func split(_ bytes: [UInt8]) -> [[UInt8]] {
            var parts: [[UInt8]] = []
            var rest = bytes[...]
            while parts.count < 3, let range = rest.firstRange(of: Array("\n--\n".utf8)) {
                parts.append(Array(rest[..<range.lowerBound]))
                rest = rest[range.upperBound...]
            }
            return parts + [Array(rest)]
        }

        private func strings(_ bytes: [UInt8]) -> [String] {
            bytes.split(separator: 0, omittingEmptySubsequences: false).dropLast().map { String(decoding: $0, as: UTF8.self) }
        }

        @Test func aProcessHasNoDescriptorsButTheThree() async throws {
            // One that exec would pass on: it has no FD_CLOEXEC.
            let open = Glibc.open("/dev/null", O_RDONLY)
            defer { close(open) }
            let fixture = ProcessFixture()
            let outcome = await fixture.perform(try fixture.shell("ls /proc/$$/fd; exit 0"))
            #expect(outcome.result?["stdout"] == "0\n1\n2")
        }

        @Test func aProcessLeadsASessionOfItsOwn() async throws {
            let fixture = ProcessFixture()
            let outcome = await fixture.perform(
                try fixture.shell(
                    "read -r pid name state parent group session rest < /proc/$$/stat; [ $pid = $group ] && [ $pid = $session ] && echo yes"
                ))
            #expect(outcome.result?["stdout"] == "yes")
        }

        @Test func withoutStandardInputThereIsDevNull() async throws {
            let fixture = ProcessFixture()
            let outcome = await fixture.perform(try fixture.shell("readlink /proc/$$/fd/0; cat | wc -c"))
            #expect(outcome.result?["stdout"] == "/dev/null\n0")
        }

        @Test func aLongInputThatNobodyReadsHoldsUpNothing() async throws {
            var fixture = ProcessFixture(fields: ["x": FieldDeclaration(.string)])
            fixture.values = ["x": .string(String(repeating: "y", count: 4_000_000))]
            let ignored = await fixture.perform(try fixture.plan("argv: [/bin/true]\nstdin: {text: \"{x}\"}"))
            #expect(ignored.result?["exitCode"] == 0)
            let counted = await fixture.perform(try fixture.plan("argv: [/usr/bin/wc, -c]\nstdin: {text: \"{x}\"}"))
            #expect(counted.result?["stdout"] == "4000000")
        }
    }
}
