internal import DeskbridgeCore
internal import DeskbridgeEngine
internal import Glibc

/// The folders and files of the home: there, ours, and closed to others.
enum HomeChecks {
    /// - Parameter options: which home that is on the command line.
    static func all(_ home: BridgeHome, _ options: HomeOptions) -> [Check] {
        let initialize = options.command("init")
        return [
            Check("Home") { presence(home, remedy: "Run: \(initialize)") },
            Check("State is private") { privacy([home.state, home.run]) },
            Check("State can be written") { writing(to: home.state) },
            Check("Definitions are yours") { authorship([home.configurationFile, home.actions, home.policies]) },
        ]
    }

    static func presence(_ home: BridgeHome, remedy: String) -> Finding {
        let wanted = [home.configurationFile, home.actions, home.policies, home.state]
        let missing = wanted.filter { FileFacts($0) == nil }
        guard missing.isEmpty else {
            return .failed("\(missing.joined(separator: ", ")) not found", remedy: remedy)
        }
        return .passed(home.configurationFile)
    }

    /// Payloads, results and the socket that needs no token are in these folders: nobody else may look in.
    static func privacy(_ folders: [String]) -> Finding {
        var looked = 0
        for folder in folders {
            guard let facts = FileFacts(folder) else { continue }
            looked += 1
            if let finding = closed(folder, facts) { return finding }
            for name in FileFacts.names(in: folder) {
                let path = "\(folder)/\(name)"
                if let facts = FileFacts(path), let finding = closed(path, facts) { return finding }
            }
        }
        return looked == 0 ? .skipped("no state folder yet") : .passed("nobody else can read it")
    }

    private static func closed(_ path: String, _ facts: FileFacts) -> Finding? {
        guard facts.owner == getuid() else {
            return .failed("\(path) belongs to user \(facts.owner), not to you", remedy: "Run: sudo chown -R \"$USER\" '\(path)'")
        }
        guard facts.mode & 0o077 == 0 else {
            let mode = facts.isFolder ? "0700" : "0600"
            return .failed("\(path) has mode \(facts.octalMode): others can get in", remedy: "Run: chmod \(mode) '\(path)'")
        }
        return nil
    }

    static func writing(to folder: String) -> Finding {
        access(folder, W_OK | X_OK) == 0 ? .passed(folder) : unwritable(folder, errno)
    }

    /// - Parameter reason: what access(2) said.
    static func unwritable(_ folder: String, _ reason: Int32) -> Finding {
        switch reason {
        case ENOENT: .skipped("no state folder yet")
        case EROFS: .failed("\(folder) is on a disk that is mounted read-only", remedy: "Mount it for writing, or use another --home.")
        default: .failed("\(folder): \(String(cString: strerror(reason)))", remedy: "Run: chmod 0700 '\(folder)'")
        }
    }

    /// Whoever can write an action decides what runs under this account.
    static func authorship(_ paths: [String]) -> Finding {
        var looked = 0
        for path in paths.flatMap(withContents) {
            guard FileFacts(path) != nil else { continue }
            looked += 1
            if let objection = FileAuthorship.objection(to: path) { return .failed(objection.reason, remedy: "Run: \(objection.remedy)") }
        }
        return looked == 0 ? .skipped("none yet") : .passed("nobody else can change them")
    }

    private static func withContents(_ path: String) -> [String] {
        [path] + FileFacts.names(in: path).map { "\(path)/\($0)" }
    }
}
