import Glibc

/// The processes of this machine, as `/proc` tells of them (proc(5)).
enum ProcessTable {
    /// The numbers of all processes.
    static func numbers() -> [pid_t] {
        guard let folder = opendir("/proc") else { return [] }
        defer { closedir(folder) }
        var numbers: [pid_t] = []
        while let entry = readdir(folder) {
            let number = withUnsafePointer(to: &entry.pointee.d_name) { name in
                name.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: name.pointee)) { pid_t(String(cString: $0)) }
            }
            if let number { numbers.append(number) }
        }
        return numbers
    }

    /// The processes that can still do something and are meant.
    static func running(where isMeant: (ProcessRecord) -> Bool) -> [ProcessRecord] {
        numbers().compactMap { ProcessRecord($0) }.filter { $0.isRunning && isMeant($0) }
    }

    /// Whether a process was started with this entry, such as `NAME=value`, in its environment, as far as this user may know.
    static func environment(of process: pid_t, has entry: String) -> Bool {
        guard let bytes = bytes("/proc/\(process)/environ", atMost: 2 * ProcessLimits.elementsInAll) else { return false }
        let entry = Array(entry.utf8)
        return bytes.split(separator: 0).contains { $0.elementsEqual(entry) }
    }

    /// What a file of `/proc` holds; nil if it cannot be read.
    static func bytes(_ path: String, atMost limit: Int) -> [UInt8]? {
        guard let file = Descriptor(checked: open(path, O_RDONLY | O_CLOEXEC)) else { return nil }
        var bytes = [UInt8](repeating: 0, count: 4096)
        var length = 0
        while length < limit {
            if length == bytes.count { bytes += [UInt8](repeating: 0, count: min(bytes.count, limit - bytes.count)) }
            let count = bytes.withUnsafeMutableBytes { read(file.number, $0.baseAddress.map { $0 + length }, $0.count - length) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return nil }
            if count == 0 { break }
            length += count
        }
        return Array(bytes[..<length])
    }
}
