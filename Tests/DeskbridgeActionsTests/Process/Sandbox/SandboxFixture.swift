import DeskbridgeCore
import Glibc

@testable import DeskbridgeActions

/// Runs shell scripts in real sandboxes, with one granted folder.
struct SandboxFixture {
    let granted: ProcessTestFolder
    let other: ProcessTestFolder
    var process = ProcessFixture()

    init() throws {
        granted = try ProcessTestFolder()
        other = try ProcessTestFolder()
    }

    /// - Parameter sandbox: what stands under `sandbox`.
    func plan(_ script: String, _ arguments: [String] = [], sandbox: String?, extra: String = "") throws -> ProcessPlan {
        let doubled = script.flatMap { $0 == "{" || $0 == "}" ? [$0, $0] : [$0] }
        let argv = ["/bin/sh", "-c", String(doubled), "shell"] + arguments
        var yaml = "argv: \(JSONValue.array(argv.map { .string($0) }).text)\n\(extra)\n"
        if let sandbox { yaml += "sandbox: \(sandbox)\n" }
        return try plan(yaml)
    }

    func plan(_ yaml: String) throws -> ProcessPlan {
        let step = try process.step(yaml)
        let executable = try AbsolutePath(step.executable)
        let grants = Grants(executables: [executable], folders: [try AbsolutePath(granted.path)], network: [executable])
        return try step.plan(process.fieldValues, grants: grants)
    }

    func run(_ script: String, _ arguments: [String] = [], sandbox: String?, extra: String = "") async throws -> StepOutcome {
        await process.perform(try plan(script, arguments, sandbox: sandbox, extra: extra))
    }

    func stdout(_ script: String, _ arguments: [String] = [], sandbox: String?, extra: String = "") async throws -> String? {
        try await run(script, arguments, sandbox: sandbox, extra: extra).result?["stdout"]?.stringValue
    }

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// The tiers that this machine has.
    static let tiers: [SandboxTier] = {
        let support = SandboxSupport.ofThisMachine
        return (support.landlock > 0 ? [.landlock] : []) + (support.bubblewrap != nil ? [.bubblewrap] : [])
    }()
}

/// A TCP server on a port of the loopback interface that nobody but the test knows.
final class LoopbackListener: Sendable {
    let port: UInt16
    private let descriptor: CInt

    init() throws {
        descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let number = descriptor
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(number, $0, length) == 0 && listen(number, 8) == 0 && getsockname(number, $0, &length) == 0
            }
        }
        guard isBound else { throw FixtureError(errno: errno) }
        port = UInt16(bigEndian: address.sin_port)
    }

    deinit { close(descriptor) }
}
