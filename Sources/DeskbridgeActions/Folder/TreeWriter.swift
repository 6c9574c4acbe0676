import Glibc

/// Makes folders and files in a staging folder, and waits until they are on the disk. At most one folder a level is open.
struct TreeWriter {
    let mode: FolderMode?
    /// Throws ``FolderProblem/cancelled`` once nobody wants the result any more; asked before each entry.
    let checkCancelled: () throws(FolderProblem) -> Void

    /// Makes a folder or file with all that lies in it.
    ///
    /// - Parameters:
    ///   - name: what it is called until it appears.
    ///   - marker: what to mark the folder with.
    func write(
        _ entry: FolderTree.Entry, as name: String, marker: EventMarker? = nil, in folder: borrowing Directory
    ) throws(FolderProblem) {
        try make(entry, as: name, marker: marker, in: folder)
        // Only now: the first of these waits makes the file system write all that was made, and the others find most of it done.
        try sync(entry, as: name, isTop: true, in: folder)
    }

    private func make(
        _ entry: FolderTree.Entry, as name: String, marker: EventMarker?, in parent: borrowing Directory
    ) throws(FolderProblem) {
        try checkCancelled()
        let shown = entry.name.shown
        if let content = entry.content { return try parent.makeFile(name, shown: shown, content) }
        guard try parent.makeFolder(name, shown: shown, exactly: mode?.bits) else { throw .contended(parent.path(of: shown)) }
        let folder = try parent.folder(name, shown: shown)
        try marker?.put(on: folder)
        for entry in entry.folder.entries { try make(entry, as: entry.name.text, marker: nil, in: folder) }
    }

    private func sync(
        _ entry: FolderTree.Entry, as name: String, isTop: Bool = false, in parent: borrowing Directory
    ) throws(FolderProblem) {
        try checkCancelled()
        let shown = entry.name.shown
        guard entry.content == nil else { return try parent.syncFile(name, shown: shown) }
        // An empty folder is one change together with its name, which goes to the disk with its parent.
        if entry.folder.isEmpty, mode == nil, !isTop { return }
        let folder = try parent.folder(name, shown: shown)
        for entry in entry.folder.entries { try sync(entry, as: entry.name.text, in: folder) }
        try folder.sync()
    }
}
