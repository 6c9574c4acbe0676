internal import Foundation
internal import Glibc
internal import Synchronization

/// A child process with its standard input and output in our hands. It is killed at the latest when this goes.
package final class SpawnedProcess: Sendable {
    package struct SpawnError: Error {
        package let message: String
    }

    private struct State {
        var input: Int32?
        var output: Int32?
        var unread: [UInt8] = []
        var pid: pid_t?
    }

    private let state: Mutex<State>

    /// - Parameter environment: added to our own.
    package init(_ arguments: [String], environment: [String: String] = [:]) throws {
        var input: [Int32] = [0, 0]
        var output: [Int32] = [0, 0]
        // Sockets, as Swift sees no pipe2(2): an end that another child inherited would never close.
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &input) == 0, socketpair(AF_UNIX, kind, 0, &output) == 0 else {
            throw SpawnError(message: "socketpair failed")
        }
        defer {
            close(input[0])
            close(output[1])
        }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input[0], 0)
        posix_spawn_file_actions_adddup2(&actions, output[1], 1)

        // Threads of the cooperative pool block most signals, and a child would inherit that.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))

        var variables = Self.ownEnvironment()
        variables.merge(environment) { _, ours in ours }
        var argv = arguments.map { strdup($0) } + [nil]
        var envp = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in argv + envp { free(text) } }
        var pid = pid_t()
        let result = posix_spawnp(&pid, arguments[0], &actions, &attributes, &argv, &envp)
        guard result == 0 else { throw SpawnError(message: "cannot start \(arguments[0]): error \(result)") }
        state = Mutex(State(input: input[1], output: output[0], pid: pid))
    }

    deinit { end() }

    package var pid: Int32? { state.withLock { $0.pid } }

    /// The next line of output, without its end; nil at the end of output. Waits on a thread of its own.
    package func nextLine() async -> String? { await Self.onOwnThread { self.readLine() } }

    /// Exactly that many bytes of output; nil if output ends before. Waits on a thread of its own.
    package func nextBytes(_ count: Int) async -> [UInt8]? { await Self.onOwnThread { self.read(count) } }

    /// All output up to its end, then the exit code (negative: the signal that ended it). Waits on a thread of its own.
    package func result() async -> (output: String, exitCode: Int32) { await Self.onOwnThread { self.finish() } }

    // Blocking a thread of the cooperative pool would stop the very tasks that a test waits for.
    private static func onOwnThread<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: body()) }
        }
    }

    /// ``nextLine()`` for what comes whatever the tasks of the test do, such as the greeting of a program that starts.
    package func readLine() -> String? {
        state.withLock { state in
            while true {
                if let end = state.unread.firstIndex(of: UInt8(ascii: "\n")) {
                    defer { state.unread.removeSubrange(...end) }
                    return String(decoding: state.unread[..<end], as: UTF8.self)
                }
                guard Self.readMore(&state) else { return nil }
            }
        }
    }

    private func read(_ count: Int) -> [UInt8]? {
        state.withLock { state in
            while state.unread.count < count { guard Self.readMore(&state) else { return nil } }
            defer { state.unread.removeFirst(count) }
            return Array(state.unread.prefix(count))
        }
    }

    private func finish() -> (output: String, exitCode: Int32) {
        state.withLock { state in
            if let input = state.input { close(input) }
            state.input = nil
            while Self.readMore(&state) {}
            let code = Self.reap(&state)
            return (String(decoding: state.unread, as: UTF8.self), code)
        }
    }

    /// Ends its input and waits until it exits.
    package func endInput() { _ = finish() }

    package func signal(_ number: Int32) {
        state.withLock { state in if let pid = state.pid { kill(pid, number) } }
    }

    /// Kills it, if it still runs, and waits until it is gone.
    package func end() {
        state.withLock { state in
            if let pid = state.pid { kill(pid, SIGKILL) }
            _ = Self.reap(&state)
            for descriptor in [state.input, state.output] { if let descriptor { close(descriptor) } }
            state.input = nil
            state.output = nil
        }
    }

    private static func readMore(_ state: inout State) -> Bool {
        guard let output = state.output else { return false }
        var buffer = [UInt8](repeating: 0, count: 65536)
        let count = Glibc.read(output, &buffer, buffer.count)
        if count > 0 { state.unread += buffer[..<count] }
        return count > 0
    }

    private static func reap(_ state: inout State) -> Int32 {
        guard let pid = state.pid else { return -1 }
        var status: Int32 = 0
        while waitpid(pid, &status, 0) == -1, errno == EINTR {}
        state.pid = nil
        let signal = status & 0x7f
        return signal == 0 ? (status >> 8) & 0xff : -signal
    }

    private static func ownEnvironment() -> [String: String] {
        var variables: [String: String] = [:]
        var entry = environ
        while let text = entry.pointee {
            let parts = String(cString: text).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { variables[String(parts[0])] = String(parts[1]) }
            entry += 1
        }
        return variables
    }
}
