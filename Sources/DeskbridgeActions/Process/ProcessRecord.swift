import Glibc

/// What the kernel says of a process in `/proc/PID/stat` (proc_pid_stat(5)).
struct ProcessRecord: Sendable, Equatable {
    let id: pid_t
    let group: pid_t
    let session: pid_t
    /// Whether it can still do something: it is neither a zombie nor being taken away.
    let isRunning: Bool
    let threads: Int

    init?(_ id: pid_t) {
        let descriptor = open("/proc/\(id)/stat", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        let bytes = [UInt8](unsafeUninitializedCapacity: 4096) { buffer, count in
            count = max(0, read(descriptor, buffer.baseAddress, buffer.count))
        }
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
        isRunning = state != UInt8(ascii: "Z") && state != UInt8(ascii: "X")
    }

    private static func number(_ field: ArraySlice<UInt8>) -> pid_t? { pid_t(String(decoding: field, as: UTF8.self)) }
}
