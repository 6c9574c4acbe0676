package import DeskbridgeCore

/// The folders and files to make in a folder, each name once, in the order in which they were written.
package struct FolderTree: Sendable, Equatable {
    package struct Entry: Sendable, Equatable {
        package let name: SegmentName
        /// The bytes of a file; nil for a folder.
        package let content: [UInt8]?
        /// What lies in a folder; empty for a file.
        package fileprivate(set) var folder: FolderTree

        init(_ name: SegmentName, content: [UInt8]? = nil, folder: FolderTree = FolderTree()) {
            self.name = name
            self.content = content
            self.folder = folder
        }
    }

    package private(set) var entries: [Entry] = []
    /// Where each entry is, by its ``SegmentName/collisionKey``.
    private var positions: [String: Int] = [:]

    package init() {}

    package var isEmpty: Bool { entries.isEmpty }

    /// Adds a folder, or a file if there is a content, with the folders on the way to it.
    ///
    /// Folders of one name are one folder. Returns how many folders and files that added.
    /// - Throws: ``PlanError/refused(_:)`` with `collision` for names that differ only in case or normal form, for a file and
    ///   a folder of one name, and for two files of one name.
    package mutating func insert(_ path: ArraySlice<SegmentName>, content: [UInt8]?) throws(PlanError) -> Int {
        guard let name = path.first else { return 0 }
        let rest = path.dropFirst()
        let bytes = rest.isEmpty ? content : nil
        guard let position = positions[name.collisionKey] else {
            var entry = Entry(name, content: bytes)
            let added = try entry.folder.insert(rest, content: content)
            positions[name.collisionKey] = entries.count
            entries.append(entry)
            return 1 + added
        }
        let other = entries[position]
        guard other.name.text == name.text else {
            throw .refused(
                .collision,
                "\"\(other.name.shown)\" and \"\(name.shown)\" in one folder differ only in case, and are one name on some disks")
        }
        guard other.content == nil, bytes == nil else {
            let what = other.content != nil && bytes != nil ? "two files" : "a file and a folder"
            throw .refused(.collision, "\(what) in one folder have the name \"\(name.shown)\"")
        }
        return try entries[position].folder.insert(rest, content: content)
    }

    /// All folders and files, each folder before what lies in it.
    package func walk(from parents: [SegmentName] = [], _ body: ([SegmentName], Entry) -> Void) {
        for entry in entries {
            let path = parents + [entry.name]
            body(path, entry)
            entry.folder.walk(from: path, body)
        }
    }
}
