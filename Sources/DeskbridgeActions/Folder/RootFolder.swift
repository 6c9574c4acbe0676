import Glibc

/// Opens the folder that a step stays in, and makes it if it is missing.
enum RootFolder {
    /// Links in the part of the path that exists are followed, here and once: the root is the person's own word, and may lead to another
    /// disk. What is missing is made with 0755 (less the umask), folder by folder, and no link that appears there is followed.
    static func open(_ root: RootPath) throws(FolderProblem) -> Directory {
        if let folder = try existing(root.text) { return folder }
        let names = root.text.split(separator: "/").map { String($0) }
        return try descend(from: Directory(following: "/"), names[...], follows: true)
    }

    private static func descend(
        from folder: consuming Directory, _ names: ArraySlice<String>, follows: Bool
    ) throws(FolderProblem) -> Directory {
        guard let name = names.first else { return folder }
        if follows, let next = try existing(folder.path(of: name)) {
            return try descend(from: next, names.dropFirst(), follows: true)
        }
        let isNew = try folder.makeFolder(name, mode: 0o755)
        let next = try folder.folder(name)
        if isNew { try folder.sync() }
        return try descend(from: next, names.dropFirst(), follows: false)
    }

    private static func existing(_ path: String) throws(FolderProblem) -> Directory? {
        do throws(FolderProblem) { return try Directory(following: path) } catch {
            guard error.errorNumber == ENOENT else { throw error }
            return nil
        }
    }
}
