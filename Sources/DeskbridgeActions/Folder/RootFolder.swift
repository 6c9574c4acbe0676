import Glibc

/// Opens the folder that a step stays in.
enum RootFolder {
    /// Makes what is missing, with 0755 (less the umask), folder by folder.
    ///
    /// Links in the part of the granted folder's path that exists are followed, here and once: they are the person's own, and may lead to
    /// another disk. No link beneath the granted folder is followed, nor one that appears where something was missing.
    static func open(_ place: GrantedPlace) throws(FolderProblem) -> Directory {
        let granted: Directory
        if let folder = try existing(place.granted) {
            granted = folder
        } else {
            let names = place.granted.split(separator: "/").map { String($0) }
            granted = try descend(from: Directory(following: "/"), names[...], follows: true)
        }
        do throws(FolderProblem) { return try descend(from: granted, place.names[...], follows: false) } catch {
            throw explained(error, place)
        }
    }

    /// Opens it as it is there, and makes nothing.
    static func find(_ place: GrantedPlace) throws(FolderProblem) -> Directory {
        let granted = try Directory(following: place.granted)
        guard !place.names.isEmpty else { return granted }
        do throws(FolderProblem) { return try granted.folder(place.names, shown: place.names) } catch { throw explained(error, place) }
    }

    private static func explained(_ problem: FolderProblem, _ place: GrantedPlace) -> FolderProblem {
        guard problem.errorNumber == ELOOP else { return problem }
        return .refused(
            code: "symlink_in_the_way",
            message: "on the way to \(place.path) a symbolic link stands beneath \(place.granted), which is granted, and is not followed: "
                + "remove it, or let root and grant both name the folder that it leads to")
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
