import DeskbridgeCore
import Glibc
import Synchronization

@testable import DeskbridgeActions

/// Makes process steps from YAML, and runs them.
struct ProcessFixture {
    var environment: [String: String] = [:]
    var home = "/"
    var fields: [String: FieldDeclaration] = [:]
    var values: JSONObject = [:]
    var payload: JSONValue?
    var hidden: [String] = []
    var support = SandboxSupport.ofThisMachine
    var roll: ProcessRoll?

    var handler: ProcessHandler {
        ProcessHandler(environment: environment, home: home, roll: roll, hidden: hidden, support: { [support] in support })
    }

    func step(_ yaml: String) throws(DefinitionError) -> ProcessStep {
        try handler.parse(YAMLParser.parse(yaml, file: "a.yaml"), in: TemplateScope(fields))
    }

    func plan(_ yaml: String) throws -> ProcessPlan {
        let step = try step(yaml)
        return try step.plan(fieldValues, grants: Grants(executables: [AbsolutePath(step.executable)]))
    }

    var fieldValues: FieldValues {
        let secrets = fields.filter { $0.value.isSecret }.keys
        return FieldValues(
            parameters: values, secretNames: Set(secrets), date: Timestamp(milliseconds: 0), payload: payload)
    }

    /// A plan of `/bin/sh -c SCRIPT shell ARGUMENTS…`; the shell is the program under test, not the bridge's.
    func shell(_ script: String, _ arguments: [String] = [], extra: String = "") throws -> ProcessPlan {
        let doubled = script.flatMap { $0 == "{" || $0 == "}" ? [$0, $0] : [$0] }
        let argv = ["/bin/sh", "-c", String(doubled), "shell"] + arguments
        return try plan("argv: \(JSONValue.array(argv.map { .string($0) }).text)\n\(extra)")
    }

    func perform(_ plan: ProcessPlan, _ log: OutputLog = OutputLog()) async -> StepOutcome {
        await perform(plan) { log.append($0, $1) }
    }

    func perform(_ plan: ProcessPlan, output: @escaping @Sendable (StepRun.OutputStream, [UInt8]) -> Void) async -> StepOutcome {
        let event = EventID(at: Timestamp(milliseconds: 0))
        return await handler.perform(
            plan, in: StepRun(event: event, attempt: 1, step: "s", isSafeToRepeat: false, output: output))
    }
}

/// What a process put out while it ran. A test can wait for a text in it.
final class OutputLog: Sendable {
    private struct State {
        var bytes: [StepRun.OutputStream: [UInt8]] = [:]
        var awaited: [(isMet: @Sendable ([UInt8]) -> Bool, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())

    func append(_ stream: StepRun.OutputStream, _ bytes: [UInt8]) {
        let ready = state.withLock { state in
            state.bytes[stream, default: []] += bytes
            let stdout = state.bytes[.stdout, default: []]
            let split = state.awaited.partition { $0.isMet(stdout) }
            defer { state.awaited.removeSubrange(split...) }
            return state.awaited[split...].map(\.continuation)
        }
        for continuation in ready { continuation.resume() }
    }

    func bytes(_ stream: StepRun.OutputStream = .stdout) -> [UInt8] { state.withLock { $0.bytes[stream, default: []] } }
    func text(_ stream: StepRun.OutputStream = .stdout) -> String { String(decoding: bytes(stream), as: UTF8.self) }

    func waitForText(_ text: String) async { await wait { $0.contains(Array(text.utf8)) } }

    func waitForLines(_ count: Int) async {
        await wait { bytes in bytes.count { $0 == 0x0A } >= count }
    }

    private func wait(until isMet: @escaping @Sendable ([UInt8]) -> Bool) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if isMet(state.bytes[.stdout, default: []]) { return true }
                state.awaited.append((isMet, continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
    }

    /// The numbers that were put out after a word, such as `pid 17`.
    func numbers(after word: String) -> [pid_t] {
        text().split(separator: "\n").compactMap { line in
            let parts = line.split(separator: " ")
            return parts.count == 2 && parts[0] == word ? pid_t(parts[1]) : nil
        }
    }
}

/// A folder of a test's own, removed with it.
final class ProcessTestFolder: Sendable {
    let path: String
    private let names = Mutex<[String]>([])

    init() throws {
        var template = Array("/tmp/deskbridge-process-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw FixtureError(errno: errno) }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        for name in names.withLock({ $0 }) { unlink(path + "/" + name) }
        rmdir(path)
    }

    /// The path of something that the test makes, to be removed with the folder.
    func adding(_ name: String) -> String {
        names.withLock { $0.append(name) }
        return path + "/" + name
    }

    /// Makes a file and returns its path.
    func file(_ name: String, _ text: String, mode: mode_t) throws -> String {
        let file = adding(name)
        let descriptor = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw FixtureError(errno: errno) }
        defer { close(descriptor) }
        let count = text.utf8.count
        guard write(descriptor, text, count) == count, fchmod(descriptor, mode) == 0 else { throw FixtureError(errno: errno) }
        return file
    }
}

struct FixtureError: Error { let errno: CInt }

extension StepOutcome {
    var result: JSONValue? { if case .succeeded(let result) = self { result } else { nil } }
    var failure: Failure? { if case .failed(let failure) = self { failure } else { nil } }
}

func isRunning(_ process: pid_t) -> Bool { ProcessRecord(process)?.isRunning ?? false }
