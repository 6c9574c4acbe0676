import CLinux
import Glibc

/// The processes of one session (setsid(2)): the one a step has started, and all that it has started and that did not leave it.
///
/// The leader must not have been reaped yet, for then no other session can have its number.
struct ProcessSession: Sendable {
    let leader: pid_t
    /// Whether the leader is asked by nobody to end, and only made to.
    var sparesLeader = false

    /// Ends all processes of the session: asks with TERM, and after the grace makes sure with KILL.
    ///
    /// - Returns: how many would not go: processes of another user, or ones that the kernel cannot end yet.
    func end(grace: Duration) async -> Int {
        await BlockingCalls.run { signal(SIGTERM) }
        if grace > .zero { await waitUntilEmpty(atMost: grace) }
        let deadline = ContinuousClock.now + ProcessLimits.vanishing
        while true {
            // Again and again, because a group may be made between the look and the signal.
            let left = await BlockingCalls.run {
                signal(SIGKILL)
                return members().count
            }
            if left == 0 || ContinuousClock.now >= deadline { return left }
            await waitUntilEmpty(atMost: .milliseconds(250))
        }
    }

    private func waitUntilEmpty(atMost limit: Duration) async {
        let deadline = ContinuousClock.now + limit
        while true {
            let pidfds = await BlockingCalls.run { members().map { deskbridge_pidfd_open($0.id) }.filter { $0 >= 0 } }
            let left = deadline - ContinuousClock.now
            if !pidfds.isEmpty, left > .zero { await ProcessExit.waitForAll(pidfds, atMost: left) }
            for pidfd in pidfds { close(pidfd) }
            if pidfds.isEmpty || left <= .zero { return }
        }
    }

    private func signal(_ number: CInt) {
        let spares = sparesLeader && number != SIGKILL
        if !spares { kill(-leader, number) }
        // Shells with job control put their children into groups of their own.
        for member in members() where member.group != leader || spares && member.id != leader {
            let pidfd = deskbridge_pidfd_open(member.id)
            guard pidfd >= 0 else { continue }
            defer { close(pidfd) }
            // The number may have gone to another process before it was opened; now it cannot any more.
            if ProcessRecord(member.id)?.session == leader { _ = deskbridge_pidfd_send_signal(pidfd, number) }
        }
    }

    /// The processes of the session that still run.
    private func members() -> [ProcessRecord] { ProcessTable.running { $0.session == leader } }
}
