import DeskbridgeCore
import DeskbridgeTestSupport
import Foundation
import Testing

/// Audits in files, of whatever size.
@Suite(.timeLimit(.minutes(5))) struct AuditFileTests {
    /// Writes a whole chain, record by record.
    private func writeChain(_ home: TestHome, _ name: String, records: Int) throws -> String {
        let path = "\(home.root)/\(name)"
        try #require(FileManager.default.createFile(atPath: path, contents: nil))
        let file = try #require(FileHandle(forWritingAtPath: path))
        defer { try? file.close() }
        // As long as records get: texts of strangers are cut after 200 characters.
        let text = String(repeating: "𝄞", count: 300)
        var previous = AuditRecord.origin
        for number in 1...records {
            let actor = AuditActor(client: nil, identity: .nobody, entrance: .http, origin: text)
            let entry = AuditEntry(
                "sign_in", "denied", at: Timestamp(milliseconds: Int64(number)), by: actor, subject: text, rule: text, detail: text)
            let record = AuditRecord(entry, seq: Int64(number), after: previous)
            previous = record.hash
            try file.write(contentsOf: Data((record.line + "\n").utf8))
        }
        return path
    }

    /// Verifies a file, and says how much memory that took at most, in KiB (getrusage(2)).
    private func verify(_ path: String, _ home: TestHome) async throws -> (report: String, peak: Int) {
        let python = """
            import resource, subprocess, sys
            code = subprocess.run(sys.argv[1:]).returncode
            print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, flush=True)
            sys.exit(code)
            """
        let process = try ChildProcess(
            ["/usr/bin/python3", "-c", python, RunningBridge.program, "audit", "verify", "--file", path], environment: home.environment,
            directory: home.root)
        let (exit, output, errors) = try await process.result()
        #expect(exit == .code(0), "\(output) \(errors)")
        let lines = output.split(separator: "\n")
        return (lines.dropLast().joined(separator: "\n"), try #require(lines.last.flatMap { Int($0) }))
    }

    @Test func aFileLargerThanSixteenMebibytesIsVerifiedInBoundedMemory() async throws {
        let home = try TestHome()
        let large = try writeChain(home, "large.jsonl", records: 6000)
        let size = try #require(try FileManager.default.attributesOfItem(atPath: large)[.size] as? Int)
        #expect(size > 17 << 20)
        let small = try await verify(try writeChain(home, "small.jsonl", records: 1), home)
        let whole = try await verify(large, home)
        #expect(small.report.contains("1 record read. The chain is whole."))
        #expect(whole.report.contains("6000 records read. The chain is whole."))
        #expect(whole.peak - small.peak < 8 << 10, "\(whole.peak) KiB, and \(small.peak) KiB for one record")
    }

    @Test(
        arguments: [
            ("", 65, "holds no record"), ("\n\n", 65, "holds no record"),
            (String(repeating: "x", count: 65_537), 65, "Line 1 of standard input is longer than 64 KiB"),
            ("\nx\n" + String(repeating: "y", count: 70_000) + "\n", 65, "Line 3 of standard input is longer than 64 KiB"),
            ("no record", 1, "line 1 is no record"), ("\n\nno record\n", 1, "line 3 is no record"),
            (String(repeating: "x\n", count: 1003), 1, "and 3 more"),
        ] as [(String, Int32, String)])
    func whatIsNoAuditIsSaidToBeNone(input: String, code: Int32, message: String) async throws {
        let home = try TestHome()
        let result = try await home.command(["audit", "verify", "--file", "-"], input: input)
        #expect(result.code == code)
        #expect((result.output + result.errors).contains(message), "\(result.output.suffix(300)) \(result.errors)")
    }

    @Test func howLinesEndDoesNotMatter() async throws {
        let home = try TestHome()
        let path = try writeChain(home, "chain.jsonl", records: 3)
        let text = try #require(home.read("chain.jsonl"))
        for variant in [text.replacing("\n", with: "\r\n"), String(text.dropLast()), text + "\n"] {
            #expect(try await home.command(["audit", "verify", "--file", "-"], input: variant).code == 0)
        }
        let missing = try await home.command(["audit", "verify", "--file", path + ".no"])
        #expect(missing.code == 65 && missing.errors.contains("Cannot read \(path).no: No such file or directory."))
    }
}
