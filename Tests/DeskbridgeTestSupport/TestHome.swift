internal import Foundation
internal import Glibc
internal import Synchronization

/// The files that a test gives to a bridge.
///
/// In all of them `$BIN` stands for the folder of `programs`, and `$ROOT` for the folder around everything.
package struct BridgeFiles: Sendable {
    /// `deskbridge.yaml`, without `listen`.
    package var configuration: String
    /// By the names of the files, without `.yaml`.
    package var actions: [String: String]
    package var policies: [String: String]
    /// Scripts by their names; each begins with its `#!` line.
    package var programs: [String: String]

    package init(
        configuration: String = "", actions: [String: String] = [:], policies: [String: String] = [:], programs: [String: String] = [:]
    ) {
        self.configuration = configuration
        self.actions = actions
        self.policies = policies
        self.programs = programs
    }
}

/// A folder for one bridge and for the person it belongs to: `user` is HOME, `bridge` is `--home`. It goes when this goes, and no
/// script is left waiting in it.
package final class TestHome: Sendable {
    package let root: String
    private let turnstiles = Mutex<[Turnstile]>([])
    package var user: String { root + "/user" }
    package var bridge: String { root + "/bridge" }
    package var programs: String { root + "/bin" }

    package init(_ files: BridgeFiles = BridgeFiles()) throws {
        var template = Array("/tmp/deskbridge-e2e-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw ChildProcess.SpawnError(message: "mkdtemp failed") }
        root = template.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" }
        for folder in ["user/Projects", "bridge/actions", "bridge/policies", "bin"] {
            try FileManager.default.createDirectory(atPath: "\(root)/\(folder)", withIntermediateDirectories: true)
        }
        try write("bridge/deskbridge.yaml", "listen: {port: 0}\n" + files.configuration)
        for (name, text) in files.actions { try write("bridge/actions/\(name).yaml", text) }
        for (name, text) in files.policies { try write("bridge/policies/\(name).yaml", text) }
        for (name, text) in files.programs { try write("bin/\(name)", text, mode: 0o755) }
    }

    deinit {
        for turnstile in turnstiles.withLock({ $0 }) { turnstile.release() }
        try? FileManager.default.removeItem(atPath: root)
    }

    /// Makes a turnstile at `$ROOT/NAME`.
    package func turnstile(_ name: String) throws -> Turnstile {
        let turnstile = try Turnstile(making: "\(root)/\(name)")
        turnstiles.withLock { $0.append(turnstile) }
        return turnstile
    }

    /// What the programs of a test are given as their environment, and nothing else.
    package var environment: [String: String] {
        ["HOME": user, "PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "DESKBRIDGE_HOME": bridge]
    }

    /// Puts a whole file in place at once.
    ///
    /// - Parameter path: beneath ``root``.
    package func write(_ path: String, _ text: String, mode: UInt32 = 0o644) throws {
        let bytes = Array(text.replacing("$BIN", with: programs).replacing("$ROOT", with: root).utf8)
        let staged = "\(root)/.staged-\(UUID().uuidString)"
        let descriptor = open(staged, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw ChildProcess.SpawnError(message: "cannot write \(path)") }
        let count = Glibc.write(descriptor, bytes, bytes.count)
        close(descriptor)
        guard count == bytes.count, rename(staged, "\(root)/\(path)") == 0 else {
            throw ChildProcess.SpawnError(message: "cannot write \(path)")
        }
    }

    /// The text of a file beneath ``root``; nil if it is not there.
    package func read(_ path: String) -> String? {
        FileManager.default.contents(atPath: "\(root)/\(path)").map { String(decoding: $0, as: UTF8.self) }
    }

    package func lines(_ path: String) -> [String] { (read(path) ?? "").split(separator: "\n").map(String.init) }

    /// All that lies beneath a folder, as sorted paths; folders end in `/`.
    package func tree(_ path: String) -> [String] {
        let folder = "\(root)/\(path)"
        let paths = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
        return paths.map { entry in
            var isFolder: ObjCBool = false
            _ = FileManager.default.fileExists(atPath: "\(folder)/\(entry)", isDirectory: &isFolder)
            return isFolder.boolValue ? entry + "/" : entry
        }.sorted()
    }
}
