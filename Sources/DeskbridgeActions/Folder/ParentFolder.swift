import DeskbridgeCore

/// The folder in which a plan's folder stands: the root, or the folders that the first of its names are.
struct ParentFolder {
    private let names: ArraySlice<SegmentName>
    private let mode: FolderMode?

    init(_ plan: FolderPlan) {
        names = plan.parents[...]
        mode = plan.mode
    }

    /// Opens it and calls `body`; nil if it is missing and isn't to be made. What was made goes again if `body` fails.
    func visit<Result>(
        in root: borrowing Directory, making: Bool, _ body: (borrowing Directory) throws(FolderProblem) -> Result
    ) throws(FolderProblem) -> Result? {
        try visit(names, in: root, making, body)
    }

    /// Waits until it is on the disk that it stands where it does, and what stands in it.
    func sync(in root: borrowing Directory) throws(FolderProblem) {
        try root.sync()
        for count in names.indices.map({ $0 + 1 }) {
            try root.folder(names.prefix(count).map(\.text), shown: names.prefix(count).map(\.shown)).sync()
        }
    }

    private func visit<Result>(
        _ names: ArraySlice<SegmentName>, in folder: borrowing Directory, _ making: Bool,
        _ body: (borrowing Directory) throws(FolderProblem) -> Result
    ) throws(FolderProblem) -> Result? {
        guard let name = names.first else { return try body(folder) }
        let alike = try folder.names(alike: name)
        if let kind = try folder.kind(of: name.text, shown: name.shown), alike.contains(where: { name.isExactly($0) }) {
            guard kind == .folder else { throw .inTheWay(kind, folder.path(of: name.shown)) }
            return try visit(names.dropFirst(), in: folder.folder(name.text, shown: name.shown), making, body)
        }
        if let other = alike.first(where: { !name.isExactly($0) }) { throw .collision(name, at: folder.path(of: name.shown), with: other) }
        guard making else { return nil }

        let isNew = try folder.makeFolder(name.text, shown: name.shown, exactly: mode?.bits)
        do throws(FolderProblem) {
            return try visit(names.dropFirst(), in: folder.folder(name.text, shown: name.shown), making, body)
        } catch {
            if isNew { folder.removeEmptyFolder(name.text) }
            throw error
        }
    }
}

extension SegmentName {
    /// Whether a name on a disk is this one to the byte.
    func isExactly(_ name: String) -> Bool { name.utf8.elementsEqual(text.utf8) }
}

extension Directory {
    /// The names in it that are this one, or differ from it only in case or normal form.
    func names(alike name: SegmentName) throws(FolderProblem) -> [String] {
        let key = name.collisionKey
        return try names().filter { SegmentName.collisionKey($0) == key }
    }
}
