import Glibc

/// What the kernel says of a process in `/proc/PID/stat` (proc_pid_stat(5)).
struct ProcessRecord: Sendable, Equatable {
    let id: pid_t
    let group: pid_t
    let session: pid_t
    /// Whether it can still do something: it is neither a zombie nor being taken away.
    let isRunning: Bool
    let threads: Int
    /// When it was started, in clock ticks since the machine was. No two processes with one number have the same.
    let startedAt: UInt64

    init?(_ id: pid_t) {
        guard let bytes = ProcessTable.bytes("/proc/\(id)/stat", atMost: 4096) else { return nil }
        self.init(id, stat: bytes)
    }

    /// - Parameter stat: the line. The second field is the program's name in parentheses, which may hold any byte.
    init?(_ id: pid_t, stat: [UInt8]) {
        guard let end = stat.lastIndex(of: UInt8(ascii: ")")) else { return nil }
        let fields = stat[(end + 1)...].split(separator: UInt8(ascii: " "))
        guard fields.count > 4, let state = fields[0].first, let group = Self.number(fields[2]), let session = Self.number(fields[3])
        else { return nil }
        self.id = id
        self.group = group
        self.session = session
        threads = fields.count > 17 ? Self.number(fields[17]).map { Int($0) } ?? 1 : 1
        startedAt = fields.count > 19 ? UInt64(String(decoding: fields[19], as: UTF8.self)) ?? 0 : 0
        isRunning = state != UInt8(ascii: "Z") && state != UInt8(ascii: "X")
    }

    private static func number(_ field: ArraySlice<UInt8>) -> pid_t? { pid_t(String(decoding: field, as: UTF8.self)) }
}
