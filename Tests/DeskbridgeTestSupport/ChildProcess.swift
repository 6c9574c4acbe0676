internal import Foundation
internal import Glibc
internal import Synchronization

/// A program that a test runs, with what it writes taken line by line. It is killed if the test process dies.
package final class ChildProcess: Sendable {
    package enum Exit: Sendable, Equatable {
        case code(Int32)
        case signal(Int32)
    }

    package struct SpawnError: Error {
        package let message: String
    }

    package let pid: Int32
    /// The lines of standard output.
    package let output = Mailbox<String>()
    /// The lines of standard error.
    package let errors = Mailbox<String>()
    private let exits = Mailbox<Exit>()
    private let hasExited = Mutex<Exit?>(nil)

    /// - Parameters:
    ///   - environment: all of it.
    ///   - input: what stands on standard input; none means /dev/null.
    package init(
        _ arguments: [String], environment: [String: String], directory: String = "/", input: String? = nil
    ) throws {
        var standardOutput: [Int32] = [0, 0]
        var standardError: [Int32] = [0, 0]
        // Sockets, as Swift sees no pipe2(2): an end that another child inherited would never close.
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &standardOutput) == 0, socketpair(AF_UNIX, kind, 0, &standardError) == 0 else {
            throw SpawnError(message: "socketpair failed")
        }
        let file = input.flatMap(Self.file(holding:))
        defer {
            close(standardOutput[1])
            close(standardError[1])
            if let file { close(file) }
        }
        let descriptors = (file, standardOutput[1], standardError[1])
        let spawned = SpawnThread.shared.run { Self.spawn(arguments, environment, directory, descriptors) }
        guard let spawned else {
            close(standardOutput[0])
            close(standardError[0])
            throw SpawnError(message: "cannot start \(arguments.first ?? "")")
        }
        pid = spawned
        let readers = [(standardOutput[0], output), (standardError[0], errors)]
        for (descriptor, lines) in readers {
            Thread.detachNewThread { Self.read(descriptor, into: lines) }
        }
        Thread.detachNewThread { self.reap() }
    }

    package func signal(_ number: Int32) {
        hasExited.withLock { exit in if exit == nil { kill(pid, number) } }
    }

    /// How it ended, once it has. Output that is still on its way may follow.
    package func exit() async -> Exit? {
        let exit = await exits.first()
        if let exit { exits.put(exit) }
        return exit
    }

    /// How it ended, once it has, with all it wrote.
    package func result() async throws -> (exit: Exit, output: String, errors: String) {
        guard let exit = await exit() else { throw CancellationError() }
        while await output.first() != nil {}
        while await errors.first() != nil {}
        return (exit, output.all.joined(separator: "\n"), errors.all.joined(separator: "\n"))
    }

    private static func file(holding text: String) -> Int32? {
        var name = Array("/tmp/deskbridge-input-XXXXXX".utf8CString)
        let descriptor = mkstemp(&name)
        guard descriptor >= 0 else { return nil }
        unlink(name)
        let bytes = Array(text.utf8)
        guard write(descriptor, bytes, bytes.count) == bytes.count, lseek(descriptor, 0, SEEK_SET) == 0 else { return nil }
        return descriptor
    }

    private static func spawn(
        _ arguments: [String], _ environment: [String: String], _ directory: String, _ descriptors: (Int32?, Int32, Int32)
    ) -> Int32? {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if let input = descriptors.0 {
            posix_spawn_file_actions_adddup2(&actions, input, 0)
        } else {
            posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        }
        posix_spawn_file_actions_adddup2(&actions, descriptors.1, 1)
        posix_spawn_file_actions_adddup2(&actions, descriptors.2, 2)

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))

        let command = ["/usr/bin/env", "-C", directory, "/usr/bin/setpriv", "--pdeathsig", "KILL", "--"] + arguments
        var argv = command.map { strdup($0) } + [nil]
        var envp = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in argv + envp { free(text) } }
        var pid = pid_t()
        return posix_spawn(&pid, command[0], &actions, &attributes, &argv, &envp) == 0 ? pid : nil
    }

    private static func read(_ descriptor: Int32, into lines: Mailbox<String>) {
        var unread: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            unread += buffer[..<count]
            while let end = unread.firstIndex(of: UInt8(ascii: "\n")) {
                lines.put(String(decoding: unread[..<end], as: UTF8.self))
                unread.removeSubrange(...end)
            }
        }
        if !unread.isEmpty { lines.put(String(decoding: unread, as: UTF8.self)) }
        close(descriptor)
        lines.finish()
    }

    private func reap() {
        // Reaped only once the end is noted, so that no signal goes to another process with the same number.
        var information = siginfo_t()
        while waitid(P_PID, id_t(pid), &information, WEXITED | WNOWAIT) == -1, errno == EINTR {}
        let exit = hasExited.withLock { exit in
            var status: Int32 = 0
            while waitpid(pid, &status, 0) == -1, errno == EINTR {}
            let signal = status & 0x7f
            let ending = signal == 0 ? Exit.code((status >> 8) & 0xff) : .signal(signal)
            exit = ending
            return ending
        }
        exits.put(exit)
    }
}

/// A thread that outlives all children it starts: the kernel sends `PR_SET_PDEATHSIG` when the thread ends that started them
/// (prctl(2)), and the threads of the cooperative pool come and go.
private final class SpawnThread: Sendable {
    static let shared = SpawnThread()

    private let jobs = Mutex<[@Sendable () -> Void]>([])
    private let arrivals = DispatchSemaphore(value: 0)

    private init() {
        Thread.detachNewThread { [self] in
            while true {
                arrivals.wait()
                let job = jobs.withLock { $0.isEmpty ? nil : $0.removeFirst() }
                job?()
            }
        }
    }

    func run(_ body: @escaping @Sendable () -> Int32?) -> Int32? {
        let answer = SpawnAnswer()
        jobs.withLock { $0.append { answer.give(body()) } }
        arrivals.signal()
        return answer.take()
    }
}

private final class SpawnAnswer: Sendable {
    private let pid = Mutex<Int32?>(nil)
    private let isGiven = DispatchSemaphore(value: 0)

    func give(_ value: Int32?) {
        pid.withLock { $0 = value }
        isGiven.signal()
    }

    func take() -> Int32? {
        isGiven.wait()
        return pid.withLock { $0 }
    }
}
