import Glibc

/// A folder that the bridge made for itself and will remove with all in it, whatever lies there then.
///
/// It is told from every other by a mark that holds its name and its number on the disk: neither a folder that somebody gives the same
/// name nor a copy of this one is taken for it.
struct OwnFolder: ~Copyable {
    let directory: Directory
    let name: String
    private let parent: Directory

    /// Makes it, for this user alone, and marks it.
    init(making name: String, in parent: consuming Directory) throws(FolderProblem) {
        guard try parent.makeFolder(name, mode: 0o700) else { throw .contended(parent.path(of: name)) }
        do throws(FolderProblem) {
            let folder = try parent.folder(name)
            try Self.mark(name, try folder.status()).put(on: folder)
            directory = folder
        } catch {
            parent.removeEmptyFolder(name)
            throw error
        }
        self.name = name
        self.parent = parent
    }

    /// Finds one that was left behind.
    /// - Returns: nil if what has this name is not certainly one of the bridge's.
    init?(leftAs name: String, in parent: borrowing Directory) {
        guard let ownParent = try? parent.reopened(), let folder = try? ownParent.folder(name), let status = try? folder.status(),
            status.st_uid == geteuid(), status.st_mode & 0o7777 == 0o700, Self.mark(name, status).stands(on: folder)
        else { return nil }
        directory = folder
        self.name = name
        self.parent = ownParent
    }

    /// Removes it with all that lies in it, as far as the time goes. Blocks.
    ///
    /// What somebody put in its place meanwhile stays: this very folder is emptied, wherever it is now, and its name goes only if it is still
    /// its own.
    /// - Returns: whether nothing of it is left.
    func remove(_ removal: inout TreeRemoval) -> Bool {
        guard removal.empty(directory, last: Self.markFile) else { return false }
        guard let own = try? directory.status(), let named = try? parent.status(of: name), own.isSameFile(as: named) else { return true }
        return parent.removeEmptyFolder(name)
    }

    private static let markFile = ".deskbridge-own"

    private static func mark(_ name: String, _ status: stat) -> FolderMark {
        FolderMark(attribute: "user.deskbridge.own", file: markFile, text: "\(name)/\(status.st_ino)")
    }
}

extension stat {
    func isSameFile(as other: stat) -> Bool { st_dev == other.st_dev && st_ino == other.st_ino }
}
