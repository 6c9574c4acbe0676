/// The arguments of bubblewrap (bwrap(1)) for a step, as a value.
enum BubblewrapCommand {
    /// The descriptor that it takes the executable from.
    static let executable = 3
    /// The descriptor that it tells on how it went.
    static let status = 4

    /// What every step is put apart from: other processes, shared memory, the right to make namespaces of its own. All in it die with
    /// bubblewrap, and bubblewrap with the bridge.
    static let namespaces = [
        "--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try", "--disable-userns", "--cap-drop",
        "ALL", "--die-with-parent",
    ]

    /// What the name service needs of `/run`, and where NixOS has its programs.
    private static let keptOfRun = ["/run/systemd/resolve", "/run/NetworkManager", "/run/current-system", "/run/opengl-driver"]
    private static let systemFolders = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/etc", "/opt", "/nix", "/sys"]

    /// - Parameters:
    ///   - file: where the executable lies, without links. A copy of what was opened and checked stands there in the sandbox.
    ///   - write: folders that are there.
    ///   - hidden: folders in whose place an empty one is seen, though they lie in what may be read or written. Without links.
    static func arguments(
        _ argv: [String], file: String, directory: String, hasNetwork: Bool, write: [String], read: [String]?,
        hidden: [String] = []
    ) -> [String] {
        var arguments = ["bwrap"] + namespaces
        if !hasNetwork { arguments.append("--unshare-net") }
        arguments += ["--json-status-fd", "\(status)"]
        if read == nil {
            arguments += ["--ro-bind", "/", "/"]
        } else {
            for folder in systemFolders { arguments += ["--ro-bind-try", folder, folder] }
        }
        arguments += ["--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp", "--tmpfs", "/run"]
        for folder in keptOfRun { arguments += ["--ro-bind-try", folder, folder] }
        for folder in read ?? [] { arguments += ["--ro-bind", folder, folder] }
        if !(write + (read ?? [])).contains(where: { isBeneath(directory, $0) }) {
            // It must be there to be entered; it is seen only if all is.
            if read != nil {
                arguments += ["--dir", directory]
            } else if ["/tmp", "/run"].contains(where: { isBeneath(directory, $0) }) {
                arguments += ["--ro-bind", directory, directory]
            }
        }
        for folder in write { arguments += ["--bind", folder, folder] }
        for folder in hidden { arguments += ["--tmpfs", folder] }
        arguments += ["--perms", "0555", "--ro-bind-data", "\(executable)", file]
        return arguments + ["--chdir", directory, "--"] + argv
    }

    private static func isBeneath(_ path: String, _ folder: String) -> Bool {
        path == folder || path.hasPrefix(folder == "/" ? "/" : folder + "/")
    }
}
