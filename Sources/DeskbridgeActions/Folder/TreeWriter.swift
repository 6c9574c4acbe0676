import Glibc

/// Makes folders and files in a staging folder, and waits until they are on the disk. At most one folder a level is open.
struct TreeWriter {
    let mode: FolderMode?
    /// Throws ``FolderProblem/cancelled`` once nobody wants the result any more; asked before each entry.
    let checkCancelled: () throws(FolderProblem) -> Void

    /// Makes a folder or file with all that lies in it.
    ///
    /// - Parameter name: what it is called until it appears.
    func write(_ entry: FolderTree.Entry, as name: String, in folder: borrowing Directory) throws(FolderProblem) {
        try checkCancelled()
        if let content = entry.content {
            try folder.makeFile(name, shown: entry.name.shown, content)
        } else {
            try makeFolder(name, shown: entry.name.shown, entry.folder, in: folder, marker: nil)
        }
    }

    func makeFolder(
        _ name: String, shown: String, _ tree: FolderTree, in parent: borrowing Directory, marker: EventMarker?
    ) throws(FolderProblem) {
        guard try parent.makeFolder(name, shown: shown, exactly: mode?.bits) else { throw .contended(parent.path(of: shown)) }
        let folder = try parent.folder(name, shown: shown)
        try marker?.put(on: folder)
        for entry in tree.entries { try write(entry, as: entry.name.text, in: folder) }
        try folder.sync()
    }
}
