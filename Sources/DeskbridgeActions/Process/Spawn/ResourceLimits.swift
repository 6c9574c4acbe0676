import DeskbridgeCore
import Glibc

/// What a process may use at most (setrlimit(2)). All but ``processes`` count for each process of a step by itself.
struct ResourceLimits: Sendable, Equatable {
    /// Bytes of memory of its own: heap, and private mappings it can write to (RLIMIT_DATA).
    var memory: Int?
    /// Processor time. It gets XCPU then, and KILL five seconds later.
    var processorTime: Duration?
    /// How many processes and threads more than the user has at the start.
    var processes: Int?
    /// Bytes of the longest file it can write.
    var fileSize: Int?
    var openFiles: Int?

    struct Bound: Sendable, Equatable {
        let resource: CInt
        let soft: UInt64
        let hard: UInt64
    }

    static let memories = 1 << 20...1 << 40
    static let processorTimes = Duration.seconds(1) ... .seconds(86_400)
    static let processCounts = 1...100_000
    static let fileSizes = 0...1 << 50
    static let openFileCounts = 8...1_000_000

    init(parsing node: YAMLNode?) throws(DefinitionError) {
        guard let mapping = try node?.mapping("limits", keys: Self.schema.names) else { return }
        memory = try mapping["memory"]?.size("limits.memory", in: Self.memories)
        processorTime = try mapping["cpu"]?.duration("limits.cpu", in: Self.processorTimes)
        if let processorTime, processorTime.components.attoseconds != 0 {
            throw DefinitionError(mapping.location, "limits.cpu must be whole seconds")
        }
        processes = try mapping["processes"]?.integer("limits.processes", in: Self.processCounts)
        fileSize = try mapping["fileSize"]?.size("limits.fileSize", in: Self.fileSizes)
        openFiles = try mapping["openFiles"]?.integer("limits.openFiles", in: Self.openFileCounts)
    }

    /// What the kernel is told.
    /// - Parameter running: how many processes and threads of the user count already.
    func bounds(running: Int) -> [Bound] {
        var bounds: [Bound] = []
        func add(_ resource: CInt, _ value: Int?, grace: Int = 0) {
            guard let value else { return }
            bounds.append(Bound(resource: resource, soft: UInt64(value), hard: UInt64(value + grace)))
        }
        add(CInt(RLIMIT_DATA.rawValue), memory)
        add(CInt(RLIMIT_CPU.rawValue), processorTime.map { Int($0.components.seconds) }, grace: 5)
        add(CInt(__RLIMIT_NPROC.rawValue), processes.map { $0 + running })
        add(CInt(RLIMIT_FSIZE.rawValue), fileSize)
        add(CInt(RLIMIT_NOFILE.rawValue), openFiles)
        return bounds
    }

    var isEmpty: Bool { self == ResourceLimits.none }

    private init() {}

    static let none = ResourceLimits()

    /// As it is written in an action.
    var shown: JSONValue {
        var members = JSONObject()
        if let memory { members["memory"] = .string(Units.text(size: memory)) }
        if let processorTime { members["cpu"] = .string(Units.text(processorTime)) }
        if let processes { members["processes"] = .integer(Int64(processes)) }
        if let fileSize { members["fileSize"] = .string(Units.text(size: fileSize)) }
        if let openFiles { members["openFiles"] = .integer(Int64(openFiles)) }
        return .object(members)
    }

    /// In one line, for messages.
    var text: String { shown.objectValue?.map { "\($0.key) \($0.value.stringValue ?? $0.value.text)" }.joined(separator: ", ") ?? "" }

    /// How many processes and threads the user has, as RLIMIT_NPROC counts them.
    static func running() -> Int {
        var count = 0
        guard let folder = opendir("/proc") else { return 0 }
        defer { closedir(folder) }
        var status = stat()
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { name in
                name.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: name.pointee)) { String(cString: $0) }
            }
            guard let id = pid_t(name), stat("/proc/\(name)", &status) == 0, status.st_uid == getuid() else { continue }
            count += ProcessRecord(id)?.threads ?? 0
        }
        return count
    }
}

extension ResourceLimits {
    static let schema = MappingSchema([
        .optional("memory", "Memory of its own, for each process.", .size(in: memories), examples: ["512MiB"]),
        .optional("cpu", "Processor time, in whole seconds, for each process.", .duration(in: processorTimes), examples: ["60s"]),
        .optional("processes", "Processes and threads more than you have when it starts.", .integer(in: processCounts)),
        .optional("fileSize", "The longest file it can write.", .size(in: fileSizes), examples: ["1GiB"]),
        .optional("openFiles", "Files open at one time, for each process.", .integer(in: openFileCounts)),
    ])
}
