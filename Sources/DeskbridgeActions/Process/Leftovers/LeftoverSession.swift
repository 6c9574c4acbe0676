import CLinux
import Glibc

/// The session of a step's process that a killed bridge left behind.
///
/// Its leader is gone as a rule, so its number may have gone to strangers who made a session with it. Processes are touched only if the
/// session is proven to be the step's:
///
/// - its leader still runs and was there before it was noted, or
/// - one of its processes has the mark of that bridge in its environment, or was in it when it was proven before: while one lives, the
///   kernel gives the number to nobody else.
struct LeftoverSession: Sendable, Hashable {
    let line: RollLine
    /// The entry that the environment of the step's processes has.
    let mark: String

    private struct Look: Sendable {
        let members: [ProcessRecord]
        let isProven: Bool
    }

    /// What identifies a process for good.
    private struct Known: Hashable {
        let id: pid_t
        let startedAt: UInt64

        init(_ record: ProcessRecord) { (id, startedAt) = (record.id, record.startedAt) }
    }

    /// Ends all its processes: asks with TERM, and after the grace makes sure with KILL.
    func end(grace: Duration) async -> Leftover {
        var known: Set<Known> = []
        var next = await look(known)
        guard next.isProven else { return leftover(ended: 0, next.members) }
        let deadline = ContinuousClock.now + grace + ProcessLimits.vanishing
        let killing = ContinuousClock.now + grace
        var asked: Set<Known> = []
        while next.isProven, !next.members.isEmpty {
            known.formUnion(next.members.map(Known.init))
            let now = ContinuousClock.now
            if now >= deadline { break }
            if now < killing {
                let unasked = next.members.filter { !asked.contains(Known($0)) }
                await signal(SIGTERM, unasked)
                asked.formUnion(unasked.map(Known.init))
                await wait(next.members, atMost: killing - now)
            } else {
                await signal(SIGKILL, next.members)
                await wait(next.members, atMost: .milliseconds(250))
            }
            next = await look(known)
        }
        let remaining = next.isProven ? next.members : []
        return leftover(ended: known.subtracting(remaining.map(Known.init)).count, remaining)
    }

    private func leftover(ended: Int, _ remaining: [ProcessRecord]) -> Leftover {
        Leftover(event: line.event, step: line.step, ended: ended, remaining: remaining.map(\.id).sorted())
    }

    private func look(_ known: Set<Known>) async -> Look {
        await BlockingCalls.run {
            let members = ProcessTable.running { $0.session == line.leader }
            return Look(members: members, isProven: members.contains { known.contains(Known($0)) || isProof($0) })
        }
    }

    private func isProof(_ member: ProcessRecord) -> Bool {
        if member.id == line.leader { return member.startedAt <= Self.ticks(line.notedAt) }
        return ProcessTable.environment(of: member.id, has: mark)
    }

    /// Clock ticks as in `/proc/PID/stat`.
    private static func ticks(_ nanoseconds: UInt64) -> UInt64 {
        let second = UInt64(clamping: max(1, sysconf(CInt(_SC_CLK_TCK))))
        return nanoseconds / 1_000_000_000 * second + nanoseconds % 1_000_000_000 * second / 1_000_000_000
    }

    /// One by one, and never by the number of the group: a pidfd stays with the process that was looked at.
    private func signal(_ number: CInt, _ members: [ProcessRecord]) async {
        await BlockingCalls.run {
            for member in members {
                guard let pidfd = Descriptor(checked: deskbridge_pidfd_open(member.id)) else { continue }
                guard let now = ProcessRecord(member.id), Known(now) == Known(member), now.session == line.leader else { continue }
                _ = deskbridge_pidfd_send_signal(pidfd.number, number)
            }
        }
    }

    private func wait(_ members: [ProcessRecord], atMost limit: Duration) async {
        let pidfds = await BlockingCalls.run { members.compactMap { Descriptor(checked: deskbridge_pidfd_open($0.id)) } }
        if !pidfds.isEmpty { await ProcessExit.waitForAll(pidfds.map(\.number), atMost: limit) }
        withExtendedLifetime(pidfds) {}
    }
}
