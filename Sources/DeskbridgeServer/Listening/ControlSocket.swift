import Glibc

/// The Unix socket of the owner of the machine.
enum ControlSocket {
    /// Makes its folder (0700) and removes what an earlier bridge left there. The lock on the state folder says that nobody uses it.
    static func makeRoom(at path: String) throws(ListeningError) {
        let folder = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
        var made = ""
        for part in folder.split(separator: "/") {
            made += "/" + part
            guard mkdir(made, 0o700) == 0 || errno == EEXIST else {
                throw ListeningError(description: "Cannot make the folder \(made): \(String(cString: strerror(errno)))")
            }
        }
        guard chmod(folder, 0o700) == 0 else {
            throw ListeningError(description: "Cannot protect the folder \(folder): \(String(cString: strerror(errno)))")
        }
        guard unlink(path) == 0 || errno == ENOENT else {
            throw ListeningError(description: "Cannot remove the old socket \(path): \(String(cString: strerror(errno)))")
        }
    }

    /// Lets only the owner in; the folder around it has kept others out until now.
    static func protect(_ path: String) { chmod(path, 0o600) }
}
