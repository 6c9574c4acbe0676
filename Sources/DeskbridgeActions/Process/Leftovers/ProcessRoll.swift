import DeskbridgeCore
import Glibc
import Synchronization
package import SystemPackage

/// The file `processes` of the state folder: which processes run for steps at this moment, so that the next bridge can end what this one
/// leaves behind if it is killed.
///
/// A process writes its own line before it executes anything, and the line is struck when its end was seen. It is never synced: a bridge
/// that is killed takes nothing from the kernel's memory, and when the machine goes down, so do the processes. It has as many lines as ever
/// ran at once.
package final class ProcessRoll: Sendable {
    private struct State {
        var path = ""
        var file: Descriptor?
        /// Whether processes are noted.
        var isKept = false
        var mark = ""
        var free: [Int] = []
        var lines = 0
    }

    /// What the environment of each process has, so that what it starts can be told from strangers.
    package static let variable = "DESKBRIDGE_RUN"
    private static let title = "deskbridge-processes-1"
    /// More than can ever run at once.
    private static let mostLines = 100_000

    private let state = Mutex(State())

    package init() {}

    /// - Parameter folder: locked by this process.
    package func endLeftovers(in folder: String) async throws(ProcessRollError) -> [Leftover] {
        let earlier = try await BlockingCalls.run { Result { () throws(ProcessRollError) in try self.open(in: folder) } }.get()
        return await withTaskGroup(of: Leftover.self) { group in
            for session in earlier { group.addTask { await session.end(grace: ProcessLimits.leftoverGrace) } }
            var leftovers: [Leftover] = []
            for await leftover in group where leftover.ended > 0 || !leftover.remaining.isEmpty { leftovers.append(leftover) }
            return leftovers.sorted { $0.event.text < $1.event.text }
        }
    }

    /// Forgets what an earlier bridge had noted, and notes from now on. Does nothing before ``endLeftovers(in:)``.
    package func begin() async throws(ProcessRollError) {
        try await BlockingCalls.run { Result { () throws(ProcessRollError) in try self.clear() } }.get()
    }

    /// A line for a process that is about to be started; nil if none are kept.
    func note(for run: StepRun) -> ProcessNote? {
        state.withLock { state in
            guard state.isKept, let file = state.file else { return nil }
            if state.free.isEmpty { state.lines += 1 }
            let line = state.free.popLast() ?? state.lines
            return ProcessNote(
                roll: self, line: line, file: file, text: RollLine.text(for: run), mark: Self.entry(state.mark))
        }
    }

    fileprivate func release(_ line: Int) { state.withLock { $0.free.append(line) } }

    private static func entry(_ mark: String) -> String { "\(variable)=\(mark)" }

    private func open(in folder: String) throws(ProcessRollError) -> [LeftoverSession] {
        let path = "\(folder)/processes"
        guard let file = Descriptor(checked: Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)),
            let bytes = ProcessTable.bytes(path, atMost: Self.mostLines * RollLine.length)
        else { throw ProcessRollError(path: path, errno: Errno(rawValue: errno)) }
        state.withLock { state in
            state.path = path
            state.file = file
        }
        return Self.sessions(in: bytes, on: Self.machine())
    }

    /// The sessions that were noted on this run of this machine: on another one the numbers mean nothing.
    static func sessions(in bytes: [UInt8], on machine: String?) -> [LeftoverSession] {
        let words = bytes.prefix(RollLine.length).split(whereSeparator: { [0x20, 0x0A].contains($0) })
            .map { String(decoding: $0, as: UTF8.self) }
        guard let machine, words.count == 3, words[0] == title, words[2] == machine else { return [] }
        return stride(from: RollLine.length, to: bytes.count - RollLine.length + 1, by: RollLine.length)
            .compactMap { RollLine(bytes[$0..<($0 + RollLine.length)]) }
            .map { LeftoverSession(line: $0, mark: entry(words[1])) }
    }

    static func header(mark: String, machine: String) -> [UInt8] { RollLine.padded("\(title) \(mark) \(machine)") }

    private func clear() throws(ProcessRollError) {
        let (path, file) = state.withLock { ($0.path, $0.file) }
        guard let file else { return }
        let mark = (0..<2).map { _ in String(UInt64.random(in: (1 << 60)...(.max)), radix: 16) }.joined()
        let header = Self.header(mark: mark, machine: Self.machine() ?? "unknown")
        guard ftruncate(file.number, 0) == 0, pwrite(file.number, header, header.count, 0) == header.count else {
            throw ProcessRollError(path: path, errno: Errno(rawValue: errno))
        }
        state.withLock { state in
            state.mark = mark
            state.isKept = true
        }
    }

    /// What numbers of processes and times belong to: this start of the machine, and this namespace of processes. Nil if it cannot be told.
    static func machine() -> String? {
        guard let boot = ProcessTable.bytes("/proc/sys/kernel/random/boot_id", atMost: 64) else { return nil }
        var link = [UInt8](repeating: 0, count: 64)
        let count = readlink("/proc/self/ns/pid", &link, link.count)
        guard count > 0 else { return nil }
        return String(decoding: boot.prefix { $0 != 0x0A }, as: UTF8.self) + "/" + String(decoding: link[..<count], as: UTF8.self)
    }
}

/// The line of one process.
struct ProcessNote: Sendable {
    let roll: ProcessRoll
    let line: Int
    let file: Descriptor
    let text: [UInt8]
    /// What its environment has to hold.
    let mark: String

    /// Where in the file; the first line is the header.
    var place: Int { line * RollLine.length }

    /// The process has ended, or was never started. To be called once. Waits for the file system.
    func strike() {
        // If this fails, the process is looked for in vain at the next start.
        _ = pwrite(file.number, RollLine.empty, RollLine.length, off_t(place))
        roll.release(line)
    }
}

/// It cannot be noted which processes run.
package struct ProcessRollError: Error, Sendable, Hashable, CustomStringConvertible {
    package let path: String
    package let errno: Errno

    package var description: String {
        "\(path) cannot be used, in which running processes are noted (\(errno)): make room, and see to it that this user may write there."
    }
}
