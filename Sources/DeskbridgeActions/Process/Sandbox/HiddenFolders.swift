import Glibc

/// Folders that no sandbox shows: the bridge's own, with the ledger and the control socket.
struct HiddenFolders: Sendable {
    /// As the kernel has them, without links. What is not there needs no hiding.
    let paths: [String]

    init(_ folders: [String]) {
        paths = folders.compactMap { folder in
            guard let real = realpath(folder, nil) else { return nil }
            defer { free(real) }
            return String(cString: real)
        }
    }

    /// Whether the place is one of them, or in one.
    func hide(_ path: String) -> Bool { paths.contains { Self.isBeneath(path, $0) } }

    /// Whether one of them is in this place.
    func lieBeneath(_ path: String) -> Bool { paths.contains { $0 != path && Self.isBeneath($0, path) } }

    private static func isBeneath(_ path: String, _ folder: String) -> Bool {
        path == folder || path.hasPrefix(folder == "/" ? "/" : folder + "/")
    }
}
