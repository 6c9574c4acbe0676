import DeskbridgeCore

/// Adds to an existing folder what it lacks of a tree, and touches nothing that is there.
struct FolderFiller {
    /// An entry that is missing, with all in it, and the path of the folder it is missing from.
    struct Gap: Equatable {
        let parents: [SegmentName]
        let entry: FolderTree.Entry
    }

    /// How often it starts again when others change the folder meanwhile.
    private static let rounds = 16

    let writer: TreeWriter
    let event: EventID
    let appearing: AppearanceLock
    let leftovers: FolderLeftovers

    func fill(
        _ folder: borrowing Directory, with tree: FolderTree, stagingIn root: borrowing Directory
    ) throws(FolderProblem) {
        for _ in 0..<Self.rounds {
            let gaps = try gaps(of: tree, in: folder, beneath: [])
            guard !gaps.isEmpty else { return }
            let staging = try StagingFolder(in: root, for: event, leftovers: leftovers)
            for (number, gap) in gaps.enumerated() { try writer.write(gap.entry, as: "\(number)", in: staging.own.directory) }
            try writer.checkCancelled()
            let isFilled = try appearing.hold { () throws(FolderProblem) -> Bool in
                guard try self.gaps(of: tree, in: folder, beneath: []) == gaps else { return false }
                return try close(gaps, of: folder, from: staging.own.directory)
            }
            if isFilled { return try sync(gaps, in: folder) }
        }
        throw .contended(folder.path)
    }

    /// - Throws: ``FolderProblem/refused(code:message:)`` for what stands in the way.
    private func gaps(
        of tree: FolderTree, in folder: borrowing Directory, beneath parents: [SegmentName]
    ) throws(FolderProblem) -> [Gap] {
        guard !tree.isEmpty else { return [] }
        let present = Dictionary(grouping: try folder.names(), by: SegmentName.collisionKey)
        var gaps: [Gap] = []
        for entry in tree.entries {
            let name = entry.name
            let alike = present[name.collisionKey] ?? []
            guard alike.contains(where: { name.isExactly($0) }), let kind = try folder.kind(of: name.text, shown: name.shown) else {
                if let other = alike.first(where: { !name.isExactly($0) }) {
                    throw .collision(name, at: folder.path(of: name.shown), with: other)
                }
                gaps.append(Gap(parents: parents, entry: entry))
                continue
            }
            guard kind == (entry.content == nil ? .folder : .file) else { throw .inTheWay(kind, folder.path(of: name.shown)) }
            guard !entry.folder.isEmpty else { continue }
            gaps += try self.gaps(of: entry.folder, in: folder.folder(name.text, shown: name.shown), beneath: parents + [name])
        }
        return gaps
    }

    /// Lets all the staged entries appear; false if another process was quicker with one of them.
    private func close(
        _ gaps: [Gap], of folder: borrowing Directory, from staging: borrowing Directory
    ) throws(FolderProblem) -> Bool {
        for (number, gap) in gaps.enumerated() {
            let name = gap.entry.name
            let parent = try folder.descendant(gap.parents)
            guard try parent.take("\(number)", from: staging, as: name.text, shown: name.shown) else { return false }
        }
        return true
    }

    private func sync(_ gaps: [Gap], in folder: borrowing Directory) throws(FolderProblem) {
        for parents in Set(gaps.map(\.parents)) { try folder.descendant(parents).sync() }
    }
}

extension Directory {
    fileprivate func descendant(_ names: [SegmentName]) throws(FolderProblem) -> Directory {
        names.isEmpty ? try reopened() : try folder(names.map(\.text), shown: names.map(\.shown))
    }
}
