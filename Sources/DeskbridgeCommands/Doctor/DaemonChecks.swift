internal import DeskbridgeCore
internal import Glibc

/// The daemon, and the port it listens on.
enum DaemonChecks {
    /// - Parameters:
    ///   - status: what the daemon answered.
    ///   - home: which home that is on the command line.
    ///   - configuration: nil if it cannot be read, which has a check of its own.
    static func all(
        status: Result<BridgeStatus, CommandFailure>, configuration: BridgeConfiguration?, _ home: HomeOptions
    ) -> [Check] {
        let serve = home.command("serve")
        return [
            Check("Daemon") { answer(status, remedy: "Start it: \(serve)") },
            Check("Port") {
                configuration.map { port($0.listen, status: try? status.get()) } ?? .skipped("the configuration has mistakes")
            },
            Check("Definitions in force") { definitions(status) },
        ]
    }

    static func answer(_ status: Result<BridgeStatus, CommandFailure>, remedy: String) -> Finding {
        switch status {
        case .success(let status): return .passed("version \(status.version) answers\(status.pid.map { " (pid \($0))" } ?? "")")
        case .failure(let failure) where failure.status == .unavailable:
            return .failed("it does not answer", remedy: remedy)
        case .failure(let failure): return .failed(failure.message, remedy: "See the daemon's log.")
        }
    }

    static func port(_ listen: ListenConfiguration, status: BridgeStatus?) -> Finding {
        guard listen.port != 0 else { return .passed("the system chooses one at each start") }
        if let status, status.listen.contains(where: { $0.hasSuffix(":\(listen.port)") }) {
            return .passed("the daemon listens on \(listen.port)")
        }
        guard let code = refusal(toBind: listen.port) else { return .passed("\(listen.port) is free") }
        return .failed(
            "\(listen.port) cannot be used: \(String(cString: strerror(code)))",
            remedy: "See who has it: ss -ltnp 'sport = :\(listen.port)'; or choose another in deskbridge.yaml: listen: {port: …}")
    }

    /// What bind(2) says to this port on 127.0.0.1; nil if it may be had.
    private static func refusal(toBind port: Int) -> Int32? {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return errno }
        defer { close(descriptor) }
        // As the daemon does, so that connections of its last run that linger in TIME_WAIT do not count.
        var reuse: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &reuse, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
        return result == 0 ? nil : errno
    }

    static func definitions(_ status: Result<BridgeStatus, CommandFailure>) -> Finding {
        guard case .success(let status) = status else { return .skipped("no daemon to ask") }
        let errors = status.actions.errors + status.policies.errors
        guard errors.isEmpty else {
            return .failed(
                "older contents of these files stay in force:\n" + errors.joined(separator: "\n"),
                remedy: "Mend them; they are loaded at once.")
        }
        return .passed("\(Count.text(status.actions.count, "action")), \(Count.text(status.policies.count, "rule"))")
    }
}
