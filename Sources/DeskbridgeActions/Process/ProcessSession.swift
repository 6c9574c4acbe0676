import CLinux
import Glibc

/// The processes of one session (setsid(2)): those a step has started, and all that these have started and that did not leave it.
///
/// The leader must not have been reaped yet, for then no other process can have its number.
struct ProcessSession: Sendable {
    let leader: pid_t

    /// Ends all processes of the session: asks with TERM, and after the grace makes sure with KILL.
    ///
    /// - Returns: how many would not go: processes of another user, or ones that the kernel cannot end yet.
    func end(grace: Duration) async -> Int {
        await BlockingCalls.run { signal(SIGTERM) }
        if grace > .zero { await waitUntilEmpty(atMost: grace) }
        await BlockingCalls.run {
            // What is being forked while the list is read appears on the next one.
            for _ in 0..<100 where !members().isEmpty { signal(SIGKILL) }
        }
        await waitUntilEmpty(atMost: ProcessLimits.vanishing)
        return await BlockingCalls.run { members().count }
    }

    private func waitUntilEmpty(atMost limit: Duration) async {
        let deadline = ContinuousClock.now + limit
        while true {
            let pidfds = await BlockingCalls.run { open(members()) }
            let left = deadline - ContinuousClock.now
            if pidfds.isEmpty { return }
            await ProcessExit.waitForAll(pidfds, atMost: left)
            if left <= .zero { return }
        }
    }

    private func signal(_ number: CInt) {
        kill(-leader, number)
        // Shells with job control put their children into groups of their own.
        for member in members() where member.group != leader {
            let pidfd = deskbridge_pidfd_open(member.id)
            guard pidfd >= 0 else { continue }
            defer { close(pidfd) }
            // The number may have gone to another process before it was opened; now it cannot any more.
            if ProcessRecord(member.id)?.session == leader { _ = deskbridge_pidfd_send_signal(pidfd, number) }
        }
    }

    private func open(_ members: [ProcessRecord]) -> [CInt] {
        members.compactMap { member in
            let pidfd = deskbridge_pidfd_open(member.id)
            return pidfd >= 0 ? pidfd : nil
        }
    }

    /// The processes of the session that still run.
    private func members() -> [ProcessRecord] {
        guard let folder = opendir("/proc") else { return [] }
        defer { closedir(folder) }
        var members: [ProcessRecord] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { pid_t(String(cString: $0)) }
            }
            if let name, let record = ProcessRecord(name), record.session == leader, record.isRunning { members.append(record) }
        }
        return members
    }
}
