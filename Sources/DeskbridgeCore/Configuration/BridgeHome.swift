/// Where the bridge's files are. Nothing is looked at on disk.
package struct BridgeHome: Sendable, Hashable {
    package let configurationFile: String
    package let actions: String
    package let policies: String
    /// The JSON Schemas that editors read; the bridge itself does not.
    package let schemas: String
    package let state: String
    package let run: String

    /// Everything below one folder.
    package init(below folder: String) {
        self.init(configuration: folder, state: "\(folder)/state", run: "\(folder)/run")
    }

    private init(configuration: String, state: String, run: String) {
        configurationFile = "\(configuration)/deskbridge.yaml"
        actions = "\(configuration)/actions"
        policies = "\(configuration)/policies"
        schemas = "\(configuration)/schemas"
        self.state = state
        self.run = run
    }

    /// The folder of `--home`, else that of `DESKBRIDGE_HOME`, else the XDG folders.
    ///
    /// As the XDG Base Directory Specification says, its variables count only with an absolute path. Without `XDG_RUNTIME_DIR`
    /// the run folder is in the state folder. A variable that is empty counts as not set.
    /// - Parameters:
    ///   - flag: what `--home` says; like `DESKBRIDGE_HOME` it may be relative, or start with `~/`.
    ///   - workingDirectory: the absolute path that relative ones start from.
    package static func locate(
        flag: String?, environment: [String: String], workingDirectory: String
    ) throws(BridgeHomeError) -> BridgeHome {
        func variable(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        func absolute(_ name: String) -> String? { variable(name).flatMap { $0.hasPrefix("/") ? $0 : nil } }
        if let flag, flag.isEmpty { throw .emptyFlag }
        if let folder = flag ?? variable("DESKBRIDGE_HOME") {
            if folder == "~" || folder.hasPrefix("~/") {
                guard let home = absolute("HOME") else { throw .noHome }
                return BridgeHome(below: tidy(home + folder.dropFirst()))
            }
            return BridgeHome(below: tidy(folder.hasPrefix("/") ? folder : "\(workingDirectory)/\(folder)"))
        }
        func base(_ name: String, _ fallback: String) throws(BridgeHomeError) -> String {
            if let path = absolute(name) { return tidy(path) }
            guard let home = absolute("HOME") else { throw .noHome }
            return tidy(home + fallback)
        }
        let state = try base("XDG_STATE_HOME", "/.local/state") + "/deskbridge"
        return BridgeHome(
            configuration: try base("XDG_CONFIG_HOME", "/.config") + "/deskbridge", state: state,
            run: absolute("XDG_RUNTIME_DIR").map { tidy($0) + "/deskbridge" } ?? state + "/run")
    }

    /// The path of the control socket.
    /// - Throws: ``BridgeHomeError/socketPathTooLong(_:)`` beyond 107 bytes, all that `sun_path` takes with its final zero (unix(7)).
    package func controlSocket() throws(BridgeHomeError) -> String {
        let path = "\(run)/control.sock"
        guard path.utf8.count <= 107 else { throw .socketPathTooLong(path) }
        return path
    }

    /// Without doubled slashes, `.` and a slash at the end, so that `/` is empty. `..` stays, as what it means depends on links.
    private static func tidy(_ path: String) -> String {
        path.split(separator: "/").filter { $0 != "." }.map { "/" + $0 }.joined()
    }
}

package enum BridgeHomeError: Error, Sendable, Hashable, CustomStringConvertible {
    case emptyFlag
    case noHome
    case socketPathTooLong(String)

    package var description: String {
        switch self {
        case .emptyFlag: "--home is empty: name a folder, or leave it out"
        case .noHome: "HOME is not set to an absolute path, so the folders can't be found: set it, or use --home"
        case .socketPathTooLong(let path):
            "the control socket's path is \(path.utf8.count) bytes long, and at most 107 are possible: choose a shorter --home (\(path))"
        }
    }
}
