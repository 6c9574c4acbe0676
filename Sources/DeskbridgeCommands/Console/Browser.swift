internal import CLinux
internal import Dispatch
internal import Glibc

/// The browser of the person at the desk, by xdg-open(1).
enum Browser {
    /// Milliseconds the opener has to say that it failed; one that takes longer is the browser itself.
    private static let patience: Int32 = 5000

    /// Opens a file. The browser goes on when this program ends.
    /// - Returns: false if there is no opener, or it found no browser.
    static func open(_ path: String) async -> Bool {
        await withCheckedContinuation { continuation in
            // Waiting for it blocks.
            DispatchQueue.global().async { continuation.resume(returning: spawn("xdg-open", path).map(isAlive) ?? false) }
        }
    }

    /// Starts a program in a session of its own, with nothing to read and nowhere to write.
    private static func spawn(_ program: String, _ argument: String) -> pid_t? {
        var files = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        guard posix_spawn_file_actions_init(&files) == 0 else { return nil }
        defer { posix_spawn_file_actions_destroy(&files) }
        guard posix_spawnattr_init(&attributes) == 0 else { return nil }
        defer { posix_spawnattr_destroy(&attributes) }
        for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] {
            posix_spawn_file_actions_addopen(&files, descriptor, "/dev/null", O_RDWR, 0)
        }
        // POSIX_SPAWN_SETSID of spawn.h, which is only shown to GNU sources.
        posix_spawnattr_setflags(&attributes, 0x80)
        var words = [strdup(program), strdup(argument), nil]
        defer { for word in words { free(word) } }
        var process: pid_t = 0
        return posix_spawnp(&process, program, &files, &attributes, &words, environ) == 0 ? process : nil
    }

    private static func isAlive(_ process: pid_t) -> Bool {
        let handle = deskbridge_pidfd_open(process)
        guard handle >= 0 else { return true }
        defer { close(handle) }
        var waited = pollfd(fd: handle, events: Int16(POLLIN), revents: 0)
        guard poll(&waited, 1, patience) == 1 else { return true }
        var status: Int32 = 0
        return waitpid(process, &status, 0) == process && status == 0
    }
}
