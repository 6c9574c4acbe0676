import CLinux
import DeskbridgeCore
import Glibc
import SystemPackage

/// A process that was started and has not been let go of.
final class StartedProcess: Sendable {
    let id: pid_t
    let pidfd: Descriptor
    private let note: ProcessNote?

    init(id: pid_t, pidfd: Descriptor, note: ProcessNote? = nil) {
        self.id = id
        self.pidfd = pidfd
        self.note = note
    }

    struct Ending: Sendable {
        let status: ProcessEnding.Status
        /// Processor time of it and its children.
        let processorTime: Duration
    }

    /// Waits for its end and lets go of its number. To be called once.
    func reap() async -> Ending {
        await ProcessExit.wait(pidfd.number)
        return await BlockingCalls.run { [pidfd, note] in
            // While the number is still its own.
            note?.strike()
            var ending = deskbridge_ending()
            // Nobody else reaps it, so it can only fail if the pidfd were none.
            guard deskbridge_reap(pidfd.number, &ending) == 0 else { return Ending(status: .signal(SIGKILL), processorTime: .zero) }
            return Ending(
                status: ending.by_signal != 0 ? .signal(ending.number) : .code(Int(ending.number)),
                processorTime: .microseconds(Int64(clamping: ending.processor_microseconds)))
        }
    }
}

/// All that is needed to start a process: files that have been opened and checked, and nothing to be looked up by path.
struct ProcessLaunch: Sendable {
    let executable: CheckedExecutable
    let directory: Descriptor
    let arguments: [String]
    let environment: [String]
    let input: Descriptor
    let output: Descriptor
    let error: Descriptor
    var passed: [Descriptor] = []
    var limits: [ResourceLimits.Bound] = []
    var ruleset: Descriptor?
    var isolatesNetwork = false
    var gainsNoPrivileges = false
    /// Where it is noted that the process runs.
    var note: ProcessNote?

    struct Problem: Error {
        let errno: Errno
        let stage: deskbridge_spawn_stage
    }

    /// Starts it. Blocks until it executes; to be called on ``SpawnThreads``.
    func start() throws(Problem) -> StartedProcess {
        let arguments = CStrings(arguments)
        let environment = CStrings(environment)
        let passed = passed.map(\.number)
        let limits = limits.map { deskbridge_limit(resource: $0.resource, soft: $0.soft, hard: $0.hard) }
        var id: pid_t = 0
        var pidfd: CInt = -1
        var stage: CInt = 0
        var noted = (note?.text ?? []).map { CChar(bitPattern: $0) }
        let error = executable.path.withCString { path in
            passed.withUnsafeBufferPointer { passed in
                limits.withUnsafeBufferPointer { limits in
                    noted.withUnsafeMutableBufferPointer { noted in
                        var program = deskbridge_program(
                            executable: executable.file.number, path: path, arguments: arguments.pointers,
                            environment: environment.pointers,
                            directory: directory.number, input: input.number, output: output.number,
                            error: self.error.number, passed: passed.baseAddress, passed_count: passed.count,
                            limits: limits.baseAddress, limit_count: limits.count, ruleset: ruleset?.number ?? -1,
                            isolates_network: isolatesNetwork ? 1 : 0, gains_no_privileges: gainsNoPrivileges ? 1 : 0,
                            note_file: note?.file.number ?? -1, note_place: off_t(note?.place ?? 0), note: noted.baseAddress,
                            note_length: noted.count)
                        return deskbridge_spawn(&program, &id, &pidfd, &stage)
                    }
                }
            }
        }
        guard error == 0 else {
            note?.strike()
            throw Problem(errno: Errno(rawValue: error), stage: deskbridge_spawn_stage(rawValue: UInt32(stage)))
        }
        return StartedProcess(id: id, pidfd: Descriptor(pidfd), note: note)
    }
}

/// Strings as execve(2) takes them: pointers to bytes that end with NUL, and a null pointer.
private final class CStrings {
    let pointers: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
    private let count: Int

    init(_ strings: [String]) {
        count = strings.count
        pointers = .allocate(capacity: count + 1)
        for (index, string) in strings.enumerated() { (pointers + index).initialize(to: strdup(string)) }
        (pointers + count).initialize(to: nil)
    }

    deinit {
        for index in 0..<count { free(pointers[index]) }
        pointers.deallocate()
    }
}
